"""Bad input of every kind: a clear message, the documented exit code, nothing opened.

usage: bad_input.py PROGRAMS     PROGRAMS: the build's folder examples/
"""
import json
import os
import shutil
import signal
import socket
import sys
import time

import pilot
from pilot import Ended, Site

NAMES = ["north", "south", "west"]
DATA = "data:\n  columns:\n    - {name: age, type: number}\n"
ROWS = "age,sex\n" + "".join(f"{age},{'f' if age % 2 else 'm'}\n" for age in range(30, 90))
QUESTION = """study:
  title: Ages
  purpose: a test
questions:
  - name: by-sex
    program: cohort-count
    recipients: [north]
    columns:
      - {name: age, type: number}
      - {name: sex, type: text}
    condition: age >= 40
    strata:
      - {name: sex, expression: sex, cells: [f, m]}
    minimum_cell: 5
    zeros: shown
"""
INPUT, NETWORK, DISAGREE, POLICY, CHEAT, MACHINE = 2, 3, 4, 5, 6, 7


def new_site(data=DATA):
    return Site(PROGRAMS, NAMES, data)


def refused(code, *words, question=QUESTION, rows=ROWS, data=DATA, more=()):
    """One party alone: it must stop before it looks for the others."""
    with new_site(data) as site:
        site.alone("north", site.write("q.yaml", question), site.write("rows.csv", rows), "--wait", "2",
                   *more).expect(code, *words)


def question_with(old, new):
    assert old in QUESTION
    return QUESTION.replace(old, new)


def malformed_csv():
    refused(INPUT, "rows.csv", "3", rows="age,sex\n40,f\n41\n42,m\n")
    refused(INPUT, "rows.csv", rows='age,sex\n40,"f\n41,m\n')


def missing_column():
    refused(INPUT, "sex", rows="age,gender\n40,f\n")


def number_that_is_none():
    refused(INPUT, "rows.csv", "3", "age", rows="age,sex\n40,f\nforty,m\n")


def no_data_file():
    with new_site() as site:
        site.alone("north", site.write("q.yaml", QUESTION), site.path / "absent.csv").expect(INPUT, "absent.csv")


def condition_that_is_no_sql():
    refused(INPUT, "condition", question=question_with("age >= 40", "age >= >= 40"))
    refused(INPUT, "q.yaml: condition", question=question_with("age >= 40", "nobody_knows = 1"))
    refused(INPUT, "q.yaml: recipients", question=question_with("[north]", "[nowhere]"))


def condition_that_writes():
    refused(INPUT, "condition", question=question_with("age >= 40", "1; DROP TABLE data"))
    refused(INPUT, "condition", question=question_with("age >= 40", "(SELECT count(*) FROM data)"))


def text_compared_with_a_number():
    refused(INPUT, "condition", question=question_with("age >= 40", "sex = 1"))


def bad_question():
    refused(INPUT, "q.yaml:14", "minimum_cell", question=question_with("minimum_cell: 5", "minimum_cell: five"))
    refused(INPUT, "q.yaml", "colour", question=QUESTION + "    colour: red\n")
    refused(INPUT, "nobody", question=question_with("[north]", "[nobody]"))
    refused(INPUT, "min_parties", question=QUESTION + "    min_parties: 4\n")


def no_question():
    with new_site() as site:
        site.alone("north", site.path / "absent.yaml").expect(INPUT, "absent.yaml")


def purpose_not_allowed():
    refused(POLICY, "a test", data=DATA + "purposes: [something else]\n")
    refused(POLICY, "which cells are suppressed", data=DATA + "purposes: [a test]\n",
            question=QUESTION + "    totals: true\n")


def readable_key():
    with new_site() as site:
        os.chmod(site.path / "keys" / "north.key", 0o644)
        site.alone("north", site.write("q.yaml", QUESTION), site.write("r.csv", ROWS)).expect(INPUT, "north.key")


def address_in_use():
    with new_site() as site, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        parties = site.path / "keys" / "parties.yaml"
        text = parties.read_text()
        mine = text.index("127.0.0.1:") + len("127.0.0.1:")
        end = text.index("\n", mine)
        parties.write_text(text[:mine] + str(taken.getsockname()[1]) + text[end:])
        ended = site.alone("north", site.write("q.yaml", QUESTION), site.write("r.csv", ROWS), "--wait", "2")
        ended.expect(NETWORK, str(taken.getsockname()[1]))


def nobody_else_there():
    with new_site() as site:
        ended = site.alone("north", site.write("q.yaml", QUESTION), site.write("r.csv", ROWS), "--wait", "1")
        ended.expect(NETWORK, "south")


def an_empty_table_is_a_result():
    with new_site() as site:
        data = {name: site.write(f"{name}.csv", "age,sex\n" if name == "west" else ROWS) for name in NAMES}
        ended = site.joint(site.write("q.yaml", QUESTION), data, ("--json",))
        assert ended["north"].table() == {("f",): 50, ("m",): 50, ("other",): 0}, ended["north"]
        data = {name: site.write(f"{name}.csv", "age,sex\n") for name in NAMES}
        ended = site.joint(site.write("q.yaml", QUESTION), data, ("--json",))
        assert set(ended["north"].table().values()) == {0}


def another_question():
    with new_site() as site:
        ask, other = site.write("q.yaml", QUESTION), site.write("o.yaml", QUESTION + "# other bytes\n")
        rows = site.write("r.csv", ROWS)
        ended = site.joint(ask, dict.fromkeys(NAMES, rows), ("--wait", "2"), only={"south": other})
        # Who meets the other question says so; a third party may only find that somebody has left.
        assert any(ended[name].code == DISAGREE and "question" in ended[name].err for name in NAMES)
        for name in NAMES:
            assert ended[name].code in (DISAGREE, NETWORK) and not ended[name].out, ended[name]


def another_question_of_a_late_party():
    """Those who are linked to the one that met it learn the cause from it."""
    with new_site() as site:
        ask, other = site.write("q.yaml", QUESTION), site.write("o.yaml", QUESTION + "# other bytes\n")
        rows = site.write("r.csv", ROWS)
        early = [site.start(name, ask, rows, "--wait", "6") for name in ("north", "west")]
        early.append(site.start("dealer", ask, None, "--wait", "6"))
        time.sleep(2)
        ended = [Ended(p) for p in [site.start("south", other, rows, "--wait", "6"), *early]]
        for e in ended:
            e.expect(DISAGREE)


def another_key():
    with new_site() as site:
        keys = site.path / "keys"
        with new_site() as stranger:
            shutil.copy(stranger.path / "keys" / "south.key", keys / "south.key")
        rows = site.write("r.csv", ROWS)
        ended = site.joint(site.write("q.yaml", QUESTION), dict.fromkeys(NAMES, rows), ("--wait", "2"))
        for name in NAMES:
            assert ended[name].code not in (0, 99) and ended[name].code > 0 and not ended[name].out, ended[name]
        assert "key" in ended["south"].err, ended["south"]


def full_disk():
    with new_site() as site:
        rows = site.write("r.csv", ROWS)
        more = {name: ("--output", "/dev/full" if name == "north" else site.path / f"{name}.txt") for name in NAMES}
        ended = site.joint(site.write("q.yaml", QUESTION), dict.fromkeys(NAMES, rows), more)
        north = ended["north"]
        assert north.code == MACHINE and "No space left" in north.err and "the result HAS been opened" in north.err, north
        assert "75" in north.out, north  # not lost
        assert "delivered" in (site.path / "south.txt").read_text()


def no_folder_for_the_output():
    refused(INPUT, "absent/out.txt", more=("--output", "absent/out.txt"))


def output_replaces_only_on_success():
    with new_site() as site:
        out, rows = site.write("out.txt", "old\n"), site.write("r.csv", ROWS)
        site.alone("north", site.write("q.yaml", QUESTION), rows, "--wait", "1", "--output", out).expect(NETWORK)
        assert out.read_text() == "old\n" and len(list(site.path.glob("out.txt*"))) == 1
        more = {name: ("--csv", "--output", out if name == "north" else site.path / name) for name in NAMES}
        ended = site.joint(site.write("q.yaml", QUESTION), dict.fromkeys(NAMES, rows), more)
        assert ended["north"].code == 0, ended["north"]
        assert out.read_text() == "sex,count,suppressed\nf,75,0\nm,75,0\nother,0,0\ntotal,150,0\n", out.read_text()


def a_party_killed():
    """The others end by themselves, and name it."""
    with new_site() as site:
        ask, rows = site.write("q.yaml", QUESTION), site.write("r.csv", ROWS)
        running = {name: site.start(name, ask, rows, "--wait", "20") for name in NAMES[:2]}
        west = site.start("west", ask, rows, "--wait", "20")
        time.sleep(0.3)  # the dealer is missing, so all are waiting
        west.send_signal(signal.SIGKILL)
        west.communicate()
        dealer = site.start("dealer", ask, None, "--wait", "2")
        for name in NAMES[:2]:
            ended = Ended(running[name])
            ended.expect(NETWORK)
            assert "west" in ended.err or "dealer" in ended.err, ended
        Ended(dealer)


def dry_run_says_all_beforehand():
    with new_site() as site:
        ended = site.alone("north", site.write("q.yaml", QUESTION), site.path / "absent.csv", "--dry-run")
        assert ended.code == 0 and not ended.err, ended
        for word in ["rounds", "bytes", " s ", "to north", "purpose: a test", "3 parties"]:
            assert word in ended.out, f"{word}: {ended}"
        assert "upper bound" not in ended.out and "subtract" not in ended.out, ended
        ended = site.alone("north", site.write("q.yaml", QUESTION + "    totals: true\n"), None, "--dry-run")
        assert "upper bound" in ended.out and "which cells are suppressed" in ended.out, ended


def dry_run_says_what_is_not_allowed():
    with new_site(DATA + "purposes: [something else]\n") as site:
        asked = QUESTION.replace("purpose: a test", "purpose: another") + "    totals: true\n"
        ended = site.alone("north", site.write("q.yaml", asked), None, "--dry-run")
        assert ended.code == POLICY and "rounds" in ended.out, ended
        assert ended.out.endswith('purposes:\n  - "another: which cells are suppressed"\n  - "another"\n'), ended


def two_hospitals_are_warned():
    with Site(PROGRAMS, NAMES[:2], DATA) as site:
        ask, rows = site.write("q.yaml", QUESTION), site.write("r.csv", ROWS)
        assert "subtract" in site.alone("south", ask, None, "--dry-run").out
        ended = site.joint(ask, dict.fromkeys(NAMES[:2], rows), ("--json",))
        assert "north learns the other's" in ended["south"].err, ended["south"]
        assert "dealer deals. Dealer and any one computing party together know all inputs" in ended["south"].err, ended["south"]
        assert json.loads(ended["north"].out)["input_parties"] == 2


PROGRAMS = sys.argv[1]
pilot.main([malformed_csv, missing_column, number_that_is_none, no_data_file, condition_that_is_no_sql,
            condition_that_writes, text_compared_with_a_number, bad_question, no_question, purpose_not_allowed,
            readable_key, address_in_use, nobody_else_there, an_empty_table_is_a_result, another_question,
            another_question_of_a_late_party, another_key, full_disk, no_folder_for_the_output, output_replaces_only_on_success, a_party_killed,
            dry_run_says_all_beforehand, dry_run_says_what_is_not_allowed, two_hospitals_are_warned])
