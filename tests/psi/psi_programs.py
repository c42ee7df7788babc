"""smpc-psi as processes, over real links: the Febrl records, small files, bad input.

usage: psi_programs.py PROGRAMS     PROGRAMS: the build's folder examples/
"""
import csv
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

PROGRAMS = pathlib.Path(sys.argv[1])
FEBRL = pathlib.Path(os.environ.get("SMPC_SHARED", "")) / "data/febrl"
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="smpc-psi-"))
ENV = dict(os.environ, PATH=os.pathsep.join([str(PROGRAMS / n) for n in ("local", "psi")] + [os.environ["PATH"]]))
TIMEOUT = 60 * int(os.environ.get("SMPC_TEST_PATIENCE", "1"))  # sanitizers are slow
NAME = ["surname", "given_name", "date_of_birth"]
VOLE = "    protocol: vole\n"


class Skip(Exception):
    """The test cannot run here; the text says why."""


def question(key, result="reveal", recipients="party0, party1", more=""):
    parts = "".join(f"      - {c if c.startswith('{') else '{column: ' + c + '}'}\n" for c in key)
    path = FOLDER / "question.yaml"
    path.write_text(f"study: {{title: T, purpose: test}}\nquestions:\n  - name: q\n    program: psi\n    result: {result}\n"
                    f"    recipients: [{recipients}]\n    unicode: 14.0.0\n{more}    key:\n{parts}", encoding="utf-8")
    return path


def joint(asked, files, *options):
    """A party for each file; the output of the first, the text of the others."""
    for i, rows in enumerate(files):
        target = FOLDER / f"party{i}.csv"
        if isinstance(rows, pathlib.Path):
            shutil.copyfile(rows, target)
        else:
            target.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    return subprocess.run(["smpc-local", "--grace", "1", "-n", str(len(files)), "--", "smpc-psi", "--config", "{config}", "--question", asked, "--data",
                           FOLDER / "{name}.csv", *options], env=ENV, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def count_of(done):
    assert done.returncode == 0, done
    return json.loads(done.stdout)["matched"]


def febrl():
    if not FEBRL.exists():
        raise Skip("the Febrl records are not there: SMPC_SHARED")
    return FEBRL / "dataset4a.csv", FEBRL / "dataset4b.csv"


def key_of(row, columns):
    return tuple(" ".join(row[c].split()) for c in columns)


def joined(columns):
    """A plain join of the two files: row identifiers of the first, without empty components."""
    rows = [list(csv.DictReader(open(p, encoding="utf-8", newline=""), skipinitialspace=True)) for p in febrl()]
    other = {key_of(r, columns) for r in rows[1]}
    return {r["rec_id"] for r in rows[0] if key_of(r, columns) in other and all(key_of(r, columns))}


def febrl_by_number():
    done = joint(question(["soc_sec_id"]), febrl(), "--csv")
    got = {r["rec_id"] for r in csv.DictReader(io.StringIO(done.stdout))}
    assert done.returncode == 0 and len(got) == 4561 and got == joined(["soc_sec_id"]), done.stderr


def febrl_by_name():
    done = joint(question(NAME, more=VOLE), febrl(), "--json")
    assert {r["rec_id"] for r in json.loads(done.stdout)["matched_rows"]} == joined(NAME)
    assert count_of(done) == 2079
    assert count_of(joint(question(NAME, "count", more="    empty: matches\n"), febrl(), "--json")) == 2202


def febrl_by_birth():
    key = ["date_of_birth", "postcode", "soc_sec_id"]
    assert count_of(joint(question(key, "count"), febrl(), "--json")) == 3416
    assert count_of(joint(question(key, more=VOLE + "    empty: matches\n"), febrl(), "--json")) == 3486


def sites():
    """Three sites of the Febrl records: the first file, the second, and parts of both; their rows."""
    (head, *first), (_, *second) = [p.read_text(encoding="utf-8").splitlines() for p in febrl()]
    lines = [first, second, first[1000:4000] + second[:2000]]
    files = ["\n".join([head, *part]) + "\n" for part in lines]
    return files, [list(csv.DictReader(io.StringIO(f), skipinitialspace=True)) for f in files]


def febrl_over_three_sites():
    files, rows = sites()
    numbers = [{r["soc_sec_id"].strip() for r in part} - {""} for part in rows]
    common, union = set.intersection(*numbers), set.union(*numbers)
    assert 2000 < len(common) < 4561 < len(union)
    three = "party0, party1, party2"
    done = joint(question(["soc_sec_id"], recipients=three), files, "--csv")
    assert done.returncode == 0, done.stderr
    got = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {r["soc_sec_id"] for r in got} == common and len(got) == len([r for r in rows[0] if r["soc_sec_id"].strip() in common])
    assert count_of(joint(question(["soc_sec_id"], "count", three), files, "--json")) == len(common)
    done = joint(question(["soc_sec_id"], "distinct", "party0"), files, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["count"] == len(union), done


def febrl_names_over_three_sites():
    files, rows = sites()
    keys = [{k for r in part if all(k := key_of(r, NAME))} for part in rows]
    done = joint(question(NAME, "distinct", "party0"), files, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["count"] == len(set.union(*keys)), done
    done = joint(question(NAME, "reveal", "party0"), files, "--json")
    assert count_of(done) == len(set.intersection(*keys)), done.stderr


def febrl_sums():
    """The postcodes of the second file over the numbers that both have: of equal numbers the first row's."""
    rows = [list(csv.DictReader(open(p, encoding="utf-8", newline=""), skipinitialspace=True)) for p in febrl()]
    value = {}
    for r in rows[1]:
        value.setdefault(r["soc_sec_id"].strip(), int(r["postcode"].strip() or 0))
    common = {r["soc_sec_id"].strip() for r in rows[0]} & value.keys() - {""}
    more = "    column: postcode\n    of: party1\n    numbers: whole\n"
    done = joint(question(["soc_sec_id"], "sum", "party0", more), febrl(), "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["sum"] == sum(value[k] for k in common), done


A = "id,name,born\n1,Ada ,1815-12-10\n2,\"Lovelace, A\",18151210\n3,,18000101\n4,Bob,20230231\n1,Ada,1815/12/10\n5,EVE,20000229\n"
B = "n,name,born\n9,ada,18151210\n8,eve,2000-02-29\n7,bob,20230228\n"
KEY = ["{column: name, case: ignored}", "{column: born, form: date}"]


def rows_are_appended_to():
    done = joint(question(KEY), (A, B), "--csv")
    assert done.stdout == "id,name,born,matched\n1,Ada,1815-12-10,1\n1,Ada,1815/12/10,1\n5,EVE,20000229,1\n", done
    done = joint(question(KEY), (A, B), "--csv", "--unmatched")
    assert done.stdout.splitlines()[2:5] == ["2,\"Lovelace, A\",18151210,0", "3,,18000101,0", "4,Bob,20230231,0"], done
    report = json.loads(joint(question(KEY), (A, B), "--json").stdout)
    assert [report[k] for k in ("rows", "empty", "invalid", "distinct", "duplicates", "other_size", "matched")] == \
        [6, 1, 1, 3, 1, 3, 2], report


def only_recipients_learn():
    done = joint(question(KEY, "count", "party0"), (A, B), "--json")
    assert count_of(done) == 2 and '[party1]   "delivered": false' in done.stderr and "matched" not in done.stderr, done
    done = joint(question(KEY, "reveal", "party1"), (A, B), "--json")
    assert '"delivered": false' in done.stdout and "matched" not in done.stdout, done


C = "name,born,cost\nEve,20000229,7.5\nADA,18151210,2.25\nzoe,20010101,100\n"


def minimums_are_kept():
    def shown(minimum, result, key):
        done = joint(question(KEY, result, "party0", f"    minimum: {minimum}\n"), (A, B), "--json")
        report = json.loads(done.stdout)
        assert done.returncode == 0 and report["suppressed"] != (key in report), done
        return report.get(key)
    assert shown(2, "count", "matched") == 2 and shown(3, "count", "matched") is None
    assert shown(4, "distinct", "count") == 4 and shown(5, "distinct", "count") is None
    done = joint(question(KEY, "reveal", "party0", "    minimum: 3\n"), (A, B), "--csv")
    assert done.returncode == 0 and "Ada" not in done.stdout, done
    for minimum in (2, 3):
        done = joint(question(KEY, "reveal", "party0", f"    minimum: {minimum}\n"), (A, B, C), "--csv")
        assert done.returncode == 0 and ("Ada" in done.stdout) == (minimum == 2), done


def columns_are_summed():
    more = "    column: cost\n    of: party1\n"
    done = joint(question(KEY, "sum", "party0", more), (A, C), "--json")
    assert done.returncode == 0 and abs(json.loads(done.stdout)["sum"] - 9.75) < 1e-4, done
    done = joint(question(KEY, "sum", "party0", more + "    minimum: 3\n"), (A, C), "--csv")
    assert done.returncode == 0 and done.stdout == "sum\n\n", done
    done = joint(question(KEY, "sum", "party0", more + "    numbers: whole\n"), (A, C))
    assert done.returncode == 2 and "whole number" in done.stderr and "7.5" not in done.stderr, done


def more_than_two_take_part():
    done = joint(question(KEY, recipients="party0"), (A, B, C), "--csv", "--unmatched")
    assert [line[-1] for line in done.stdout.splitlines()[1:]] == list("100011"), done
    done = joint(question(KEY, "distinct", "party0"), (A, B, C), "--json")
    assert json.loads(done.stdout)["count"] == 5, done
    done = joint(question(KEY, "distinct", "party0"), (A, B, C), "--dry-run")
    assert "protocol: join, matches stay in shares" in done.stdout and "party0, party1 and party2" in done.stdout, done
    done = joint(question(KEY, recipients="party0"), (A, B, C), "--dry-run")
    assert "pool what they see" in done.stdout, done


def sizes_can_be_declared():
    more = "    between: [party0, party1]\n    sizes: [10, 20]\n"
    report = json.loads(joint(question(KEY, more=more), (A, B), "--json").stdout)
    assert report["other_size"] == 20 and report["matched"] == 2, report
    done = joint(question(KEY, more=more.replace("10", "2")), (A, B))
    assert done.returncode != 0 and "declared size" in done.stderr and not done.stdout, done


def databases_are_read():
    base = FOLDER / "party1.csv"
    joint(question(KEY), (A, B), "--dry-run")
    base.unlink()
    with sqlite3.connect(base) as db:
        db.execute("CREATE TABLE people (n REAL, name TEXT, born INTEGER)")
        db.executemany("INSERT INTO people VALUES (?, ?, ?)", [(73, "ADA", 18151210), (0.1, "eve", 20000229), (3, None, 1)])
    db.close()
    (FOLDER / "party0.csv").write_bytes(base.read_bytes())
    (FOLDER / "more.yaml").write_text("data: {table: people}\n", encoding="utf-8")
    done = subprocess.run(["smpc-local", "-n", "2", "--party-yaml", FOLDER / "more.yaml", "--", "smpc-psi", "--config", "{config}",
                           "--question", question(KEY), "--data", FOLDER / "{name}.csv", "--csv"],
                          env=ENV, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.stdout == "n,name,born,matched\n73,ADA,18151210,1\n0.1,eve,20000229,1\n", done  # not 73.0


def on_disk(protocol, *options, before=(), rows="table: people"):
    """Both have 4000 rows in a database, of few keys, so that there is much to keep on disk."""
    for i in range(2):
        base = FOLDER / f"party{i}.csv"
        base.unlink(missing_ok=True)
        with sqlite3.connect(base) as db:
            db.execute("CREATE TABLE people (n INTEGER, name TEXT, born TEXT)")
            db.executemany("INSERT INTO people VALUES (?, ?, ?)", ((n, None if n % 7 == 3 else f"p{n % 3 + i}", "1815-12-10") for n in range(4000)))
        db.close()
        (FOLDER / f"party{i}").mkdir(exist_ok=True)
    (FOLDER / "more.yaml").write_text(f"data: {{header: no, {rows}}}\n", encoding="utf-8")
    return subprocess.run([*before, "smpc-local", "--grace", "1", "-n", "2", "--party-yaml", FOLDER / "more.yaml", "--", "smpc-psi", "--config",
                           "{config}", "--question", question(KEY, more=protocol), "--data", FOLDER / "{name}.csv", *options],
                          env=ENV, capture_output=True, text=True, timeout=TIMEOUT, check=False)


KEPT = ("--memory", "160", "--scratch", FOLDER / "{name}")


def sets_are_kept_on_disk():
    plain, kept = on_disk(VOLE, "--csv", "--unmatched"), on_disk(VOLE, "--csv", "--unmatched", *KEPT)
    assert kept.returncode == 0 and kept.stdout == plain.stdout, (kept, plain.stderr)
    rows = list(csv.DictReader(io.StringIO(kept.stdout)))
    assert len(rows) == 4000 and all(r["matched"] == str(int(r["name"] in ("p1", "p2"))) for r in rows)
    assert not os.listdir(FOLDER / "party0") and not os.listdir(FOLDER / "party1")
    done = on_disk(VOLE, "--dry-run", *KEPT)
    assert done.returncode == 0 and "3429 mine" in done.stdout, done


def rows_that_change_are_refused():
    """A view that gives more and more rows, or fewer and fewer, and one that draws them."""
    for growth, options, code in ((100, KEPT, 2), (-100, KEPT, 2), (-100, (), 7)):
        start = 1 if growth > 0 else 3999
        view = f"SELECT * FROM people WHERE n < {start} + {growth} * ((julianday('now') - 2440587.5) * 86400 - {time.time()})"
        done = on_disk(VOLE, "--csv", *options, rows=f'view: "{view}"')
        assert done.returncode == code and "the rows changed while they were read" in done.stderr, done
        assert code == 7 or not done.stdout, done
    for options in ((), KEPT):
        done = on_disk(VOLE, "--csv", *options, rows='view: "SELECT * FROM people WHERE random() % 2 = 0"')
        assert done.returncode == 2 and "random" in done.stderr and not done.stdout, done


def a_full_disk_is_named():
    mount = f"mount -t tmpfs -o size=16k none '{FOLDER}/party0' && exec \"$@\""
    before = ["unshare", "-rm", "sh", "-c", mount, "sh"]
    (FOLDER / "party0").mkdir(exist_ok=True)
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
        raise Skip("no small file system can be mounted")
    done = on_disk(VOLE, *KEPT, before=before)
    assert done.returncode == 7 and f"{FOLDER}/party0: No space left on device" in done.stderr, done
    assert "party0 ended the session" in done.stderr and not done.stdout, done


def what_cannot_be_kept_on_disk_is_named():
    assert "protocol: vole" in on_disk("", *KEPT).stderr
    assert on_disk(VOLE, "--memory", "100").returncode == 1
    done = joint(question(KEY, more=VOLE), ("name,born\n", B), *KEPT)
    assert done.returncode == 2 and "SQLite database" in done.stderr, done
    done = on_disk(VOLE, "--memory", "160", "--scratch", FOLDER / "none")
    assert done.returncode == 2 and "No such file" in done.stderr, done


def empty_files_are_results():
    assert count_of(joint(question(KEY), ("name,born\n", B), "--json")) == 0
    assert count_of(joint(question(KEY, "count"), ("name,born\n", "name,born\n"), "--json")) == 0


def costs_are_told_before():
    done = joint(question(KEY), (A, B), "--dry-run")
    assert done.returncode == 0 and "Nothing was sent" in done.stdout and "bytes, busiest party" in done.stdout, done


def a_killed_party_is_noticed():
    rows = "name,born\n" + "".join(f"n{i},20000101\n" for i in range(20000))
    for i in range(2):
        (FOLDER / f"party{i}.csv").write_text(rows, encoding="utf-8")
    asked = question(KEY, more="    protocol: ecdh\n")
    each = f"smpc-psi --csv --config {{config}} --question {asked} --data {FOLDER}/{{name}}.csv"
    done = subprocess.run(["smpc-local", "-n", "2", "--", "sh", "-c", f"if [ {{i}} = 1 ]; then exec timeout -s KILL 1 {each}; else exec {each}; fi"],
                          env=ENV, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode != 0 and not done.stdout and "party1" in done.stderr, done


def bad_input_is_named():
    def bad(code, words, asked, files=(A, B)):
        done = joint(asked, files)
        assert done.returncode == code and words in done.stderr and not done.stdout, done
    bad(2, 'there is no column "colour"', question(["colour"]))
    bad(2, "whole number", question(KEY, more="    minimum: 0\n"))
    bad(2, "stands there twice", question(KEY, more="    between: [party0, party0]\n"))
    bad(2, "not in parties.yaml", question(KEY, recipients="party7"))
    bad(2, "line 2", question(KEY), ("name,born\n\"unfinished\n", B))
    done = subprocess.run(["smpc-psi"], env=ENV, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 1 and "--question" in done.stderr, done


def main(tests):
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            started = time.monotonic()
            test()
            print(f"# {time.monotonic() - started:.1f} s\nok {number} - {test.__name__}", flush=True)
        except Skip as why:
            print(f"ok {number} - {test.__name__} # SKIP {why}", flush=True)
        except Exception as fault:  # one test must not end the others
            failed += 1
            text = "\n".join("# " + line for line in f"{type(fault).__name__}: {fault}".splitlines())
            print(f"not ok {number} - {test.__name__}\n{text}", flush=True)
    shutil.rmtree(FOLDER)
    sys.exit(failed > 0)


main([febrl_by_number, febrl_by_name, febrl_by_birth, febrl_over_three_sites, febrl_names_over_three_sites, febrl_sums,
      rows_are_appended_to, only_recipients_learn, minimums_are_kept, columns_are_summed, more_than_two_take_part, sizes_can_be_declared,
      databases_are_read, sets_are_kept_on_disk, rows_that_change_are_refused, a_full_disk_is_named, what_cannot_be_kept_on_disk_is_named, empty_files_are_results, costs_are_told_before, a_killed_party_is_noticed,
      bad_input_is_named])
