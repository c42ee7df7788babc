"""smpc-cohort-count with `distinct`: a patient of several hospitals counts once, at the first of them.

usage: distinct.py PROGRAMS     PROGRAMS: the build's folder examples/
"""
import collections
import random
import sys

import pilot
from pilot import Site

NAMES = ["north", "south", "west"]
QUESTION = """study:
  title: Patients
  purpose: a test
questions:
  - name: by-sex-and-ward
    program: cohort-count
    recipients: [north]
    columns:
      - {name: id, type: text}
      - {name: born, type: text}
      - {name: sex, type: text}
      - {name: ward, type: text}
    condition: ward <> 'z'
    strata:
      - {name: sex, expression: sex, cells: [f, m]}
      - {name: ward, expression: ward, cells: [a, b]}
    minimum_cell: 5
    zeros: shown
    distinct:
      - {column: id, case: ignored}
      - {column: born, form: date}
    unicode: 14.0.0
"""


def patients(seed):
    """Rows of the three hospitals: id, born, sex, ward; many patients stand at several, some twice at one."""
    draw = random.Random(seed)
    people = [(f"P{i}", f"19{i % 90 + 10}-0{i % 9 + 1}-1{i % 10}", draw.choice("fm"), draw.choice("aaabcz")) for i in range(150)]
    files = []
    for _ in NAMES:
        rows = draw.sample(people, 90)
        rows += draw.sample(rows, 10)
        files.append([(i.lower() if draw.random() < 0.5 else i, b.replace("-", "") if draw.random() < 0.5 else b, s,
                       draw.choice("abc") if draw.random() < 0.1 else w) for i, b, s, w in rows])
    files[1].append(("", "19800101", "f", "a"))  # no key: not counted
    files[2].append(("P9999", "19801301", "m", "b"))  # no such date
    return files


def cell(row):
    return row[2], row[3] if row[3] in "ab" else "other"


def keys(rows):
    """The cells of different patients, of the first row of each."""
    found = {}
    for row in rows:
        if row[3] != "z" and row[0] and row[1] != "19801301":
            found.setdefault((row[0].upper(), row[1].replace("-", "")), cell(row))
    return found


def text(rows):
    return "id,born,sex,ward\n" + "".join(",".join(row) + "\n" for row in rows)


def run(files, question=QUESTION, dealer=True, more=("--json",)):
    with Site(PROGRAMS, NAMES, dealer=dealer) as site:
        data = {n: site.write(f"{n}.csv", text(f)) for n, f in zip(NAMES, files)}
        return site.joint(site.write("q.yaml", question), data, more)


def expected(files, recipient=0):
    """The table by a plain union, with small cells hidden: c, or what the recipient cannot subtract, below 5."""
    union, own = {}, collections.Counter(keys(files[recipient]).values())
    for rows in files:
        for key, where in keys(rows).items():
            union.setdefault(key, where)
    counts = collections.Counter(union.values())
    cells = [(s, w) for s in ("f", "m", "other") for w in ("a", "b", "other")]
    return {c: n if (n := counts[c]) == 0 or (n >= 5 and n - own[c] >= 5) else None for c in cells}


def counts_are_those_of_a_plain_union():
    for seed, dealer in ((1, True), (2, False)):
        files = patients(seed)
        ended = run(files, dealer=dealer)
        table = ended["north"].table()
        assert table == expected(files), (table, expected(files))
        assert any(n is not None and n > 0 for n in table.values()) and any(n is None for n in table.values()), table
        for other in ("south", "west"):
            assert ended[other].code == 0, ended[other]
        assert "1 rows of the cohort have no key" in ended["south"].err, ended["south"]


def one_hospital_three_times():
    files = [patients(3)[0]] * 3
    table = run(files)["north"].table()
    assert table == expected(files), table  # nothing that the recipient does not have: all is hidden
    assert all(n in (None, 0) for n in table.values()), table


def an_empty_hospital_counts_nothing():
    files = patients(4)
    files[1] = []
    assert run(files)["north"].table() == expected(files)


def totals_work_too():
    files = patients(5)
    table = run(files, QUESTION.replace("    zeros: shown\n", "    zeros: shown\n    totals: true\n"))["north"].table()
    plain = expected(files)
    for at, n in table.items():
        if "total" not in at and n is not None:
            assert n == plain[at], (at, n, plain[at])


def what_it_costs_is_told():
    with Site(PROGRAMS, NAMES) as site:
        ended = site.alone("north", site.write("q.yaml", QUESTION), site.write("r.csv", text(patients(6)[0])), "--dry-run")
    assert ended.code == 0 and "counts once" in ended.out and "Nothing was sent" in ended.out, ended


def bad_keys_are_refused():
    def refused(words, old, new):
        with Site(PROGRAMS, NAMES) as site:
            site.alone("north", site.write("q.yaml", QUESTION.replace(old, new)), site.write("r.csv", text(patients(1)[0])),
                       "--wait", "2").expect(2, words)
    refused("not in `columns` as text", "{column: id, ", "{column: name, ")
    refused("keys could differ", "14.0.0", "3.0.0")
    refused("say by `unicode:`", "    unicode: 14.0.0\n", "")
    refused("with `distinct`", "    zeros: shown\n", "    zeros: shown\n    dominance: {parties: 1, percent: 80}\n")


PROGRAMS = sys.argv[1]
pilot.main([counts_are_those_of_a_plain_union, one_hospital_three_times, an_empty_hospital_counts_nothing, totals_work_too,
            what_it_costs_is_told, bad_keys_are_refused])
