"""smpc-describe as processes, against the pooled heart data in the clear.

usage: describe.py PROGRAMS     PROGRAMS: the build's folder examples/
"""
import csv
import io
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cohort"))
from pilot import TIMEOUT, Site, Skip

SHARED = pathlib.Path(os.environ.get("SMPC_SHARED", "")) / "data"
HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
COLUMNS = ["age", "sex", "cp4", "trestbps", "thalach", "exang", "oldpeak", "y"]
VARIABLES = {"age": (0, 128), "trestbps": (0, 256), "thalach": (0, 256), "oldpeak": (-8, 8)}


class Describes(Site):
    """Everybody runs smpc-describe."""

    def start(self, name, question, data=None, *more):
        program = "smpc-dealer" if name == "dealer" else "smpc-describe"
        args = [program, "--config", self.path / "keys" / f"{name}.yaml", "--question", question, *more]
        if data is not None:
            args += ["--data", data]
        return subprocess.Popen(args, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heart_rows():
    path = SHARED / "reference" / "heart_h1_input.csv"
    if not path.exists():
        raise Skip(f"{path.name} is not there: SMPC_SHARED")
    rows = {h: [] for h in HOSPITALS}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row.pop("site")].append({k: float(v) for k, v in row.items()})
    return rows


def question(recipients=("va",), minimum=5, variables=None, more=""):
    listed = "".join(f"      - {{name: {c}, type: number}}\n" for c in COLUMNS)
    ranges = variables if variables is not None else VARIABLES
    wanted = "".join(f"      - {{name: {v}, range: [{low}, {high}]}}\n" for v, (low, high) in ranges.items())
    return (f"study: {{title: Hearts, purpose: test}}\nquestions:\n  - name: q\n    program: describe\n"
            f"    recipients: [{', '.join(recipients)}]\n    minimum_cell: {minimum}\n    columns:\n{listed}    variables:\n{wanted}{more}")


ALL = ("    correlations: yes\n    quantiles: [0.1, 0.25, 0.5, 0.75, 0.9]\n    smallest: [5]\n    largest: [5]\n    bits: 12\n"
       "    t tests:\n      - {variable: thalach, group: y = 1}\n      - {variable: age, group: y = 1}\n"
       "    chi square:\n      - {rows: cp4, row_values: [0, 1], columns: y, column_values: [0, 1]}\n")
SECTION = "data:\n  header: false\n  columns:\n" + "".join(f"    - {{name: {c}, type: number}}\n" for c in COLUMNS)


def site_of(rows):
    site = Describes(PROGRAMS, HOSPITALS, SECTION)
    files = {h: site.write(f"{h}.csv", "".join(",".join(f"{row[c]:.15g}" for c in COLUMNS) + "\n" for row in rows[h]))
             for h in HOSPITALS}
    return site, files


def close(got, want, relative, what):
    assert abs(got - want) <= relative * abs(want), f"{what}: {got!r} instead of {want!r}"


def correlation(x, y):
    mx, my = statistics.fmean(x), statistics.fmean(y)
    dot = math.fsum((a - mx) * (b - my) for a, b in zip(x, y))
    return dot / math.sqrt(math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y))


def check_variable(got, pooled):
    name = got["name"]
    x = sorted(row[name] for row in pooled)
    close(got["mean"], statistics.fmean(x), 1e-9, name + " mean")
    close(got["variance"], statistics.variance(x), 1e-8, name + " variance")
    close(got["sd"], statistics.stdev(x), 1e-8, name + " sd")
    for other in VARIABLES:
        want = correlation([row[name] for row in pooled], [row[other] for row in pooled])
        close(got["correlations"][other], want, 1e-7, f"{name} with {other}")
    step = (VARIABLES[name][1] - VARIABLES[name][0]) / 4096
    for rank, k in {"p10": -(-len(x) // 10), "p25": -(-len(x) // 4), "p50": -(-len(x) // 2), "p75": -(-3 * len(x) // 4),
                    "p90": -(-9 * len(x) // 10), "smallest 5": 5, "largest 5": len(x) - 4}.items():
        assert x[k - 1] <= got["quantiles"][rank] < x[k - 1] + step, (name, rank, got["quantiles"][rank], x[k - 1])


def check_t(got, pooled):
    groups = {g: [row[got["variable"]] for row in pooled if row["y"] == v] for g, v in (("no", 0), ("yes", 1))}
    n, mean, var = ({g: f(x) for g, x in groups.items()} for f in (len, statistics.fmean, statistics.variance))
    for g in groups:
        assert got[g]["n"] == n[g]
        close(got[g]["mean"], mean[g], 1e-9, "mean")
    share = {g: var[g] / n[g] for g in groups}
    both = sum((n[g] - 1) * var[g] for g in groups) / (n["no"] + n["yes"] - 2)
    close(got["welch"]["statistic"], (mean["yes"] - mean["no"]) / math.sqrt(sum(share.values())), 1e-7, "Welch")
    close(got["welch"]["df"], sum(share.values()) ** 2 / sum(share[g] ** 2 / (n[g] - 1) for g in groups), 1e-7, "Welch df")
    close(got["pooled"]["statistic"], (mean["yes"] - mean["no"]) / math.sqrt(both / n["no"] + both / n["yes"]), 1e-7, "pooled")
    assert got["welch"]["p.value"] < 1e-10


def heart_in_numbers():
    rows = heart_rows()
    pooled = [row for h in HOSPITALS for row in rows[h]]
    site, files = site_of(rows)
    with site:
        ended = site.joint(site.write("q.yaml", question(more=ALL)), files, ("--json",))
    assert ended["va"].code == 0, ended["va"]
    got = json.loads(ended["va"].out)
    assert got["n"] == len(pooled) == 853
    for variable in got["variables"]:
        check_variable(variable, pooled)
    for test in got["t.tests"]:
        check_t(test, pooled)
    table = [[sum(row["cp4"] == a and row["y"] == b for row in pooled) for b in (0, 1)] for a in (0, 1)]
    chi = got["chi.square"][0]
    assert chi["table"] == table and chi["df"] == 1
    n, (a, b), (c, d) = 853, *table
    close(chi["statistic"], n * (a * d - b * c) ** 2 / ((a + b) * (c + d) * (a + c) * (b + d)), 1e-10, "X^2")
    close(chi["p.value"], math.erfc(math.sqrt(chi["statistic"] / 2)), 1e-9, "p")
    for other in HOSPITALS[:3]:
        assert json.loads(ended[other].out)["delivered"] is False and "mean" not in json.loads(ended[other].out)


def a_table_and_csv():
    rows = heart_rows()
    site, files = site_of(rows)
    with site:
        ended = site.joint(site.write("q.yaml", question(("va", "cleveland"), more=ALL)), files, {"va": (), "cleveland": ("--csv",)})
    for words in ("853 rows", "Correlations", "Welch   t = ", "X^2 = ", "purpose: test: whether the small-count rules hold"):
        assert words in ended["va"].out, ended["va"]
    records = list(csv.DictReader(io.StringIO(ended["cleveland"].out)))
    mean = [float(r["value"]) for r in records if (r["statistic"], r["variable"]) == ("mean", "age")]
    close(mean[0], statistics.fmean(row["age"] for h in HOSPITALS for row in rows[h]), 1e-9, "mean")
    assert "were opened to va, cleveland" in ended["hungarian"].out or "were opened to cleveland, va" in ended["hungarian"].out


def refusals():
    rows = heart_rows()
    site, files = site_of(rows)
    with site:
        ended = site.joint(site.write("few.yaml", question(minimum=900)), files)
        for h in HOSPITALS:
            assert ended[h].code == 5 and "fewer than 900 rows" in ended[h].err and ended[h].out == "", ended[h]
        narrow = site.alone("va", site.write("narrow.yaml", question(variables={"age": (0, 50)})), files["va"])
        assert narrow.code == 2 and "variable 'age': a value is beyond 0 to 50" in narrow.err, narrow
        wrong = site.alone("va", site.write("wrong.yaml", question(variables={"height": (0, 50)})), files["va"])
        assert wrong.code == 2 and "height" in wrong.err, wrong


def a_plan():
    rows = heart_rows()
    site, _ = site_of(rows)
    with site:
        plan = site.alone("va", site.write("q.yaml", question(more=ALL)), None, "--dry-run")
    assert plan.code == 0 and "Nothing was read, sent or opened." in plan.out and "for a pool" in plan.out, plan


def under_a_signed_study():
    """All sign; the study names both openings; every party keeps a journal."""
    rows = heart_rows()
    site, files = site_of(rows)
    also = f"    also opens:\n      - {{purpose: 'test: whether the small-count rules hold', recipients: [{', '.join(HOSPITALS)}]}}\n"
    with site:
        for more, code, says in ((also, 0, ""), ("", 5, "")):
            ask = site.write("study.yaml", question(more=ALL + more))
            done = subprocess.run(
                ["smpc-local", "--quiet", "--names", ",".join(HOSPITALS), "--dealer", "--party-yaml", site.path / "common.yaml", "--study", ask,
                 "--dir", site.path / f"study{code}", "--logs", site.path / f"logs{code}", "--", "smpc-describe", "--quiet", "--config", "{config}",
                 "--study", "{study}", "--data", str(site.path / "{name}.csv"), "--output", str(site.path / "{name}.out")],
                env=site.env, capture_output=True, text=True, timeout=TIMEOUT, check=False)
            assert done.returncode == code and says in done.stderr, done
            if code == 0:
                assert "853 rows" in (site.path / "va.out").read_text() and files["va"].exists()
                journal = (site.path / f"study{code}" / "va.journal").read_text()
                assert journal.count("test: whether the small-count rules hold") >= 1, journal


TESTS = [heart_in_numbers, a_table_and_csv, refusals, a_plan, under_a_signed_study]
PROGRAMS = sys.argv[1]
print(f"1..{len(TESTS)}")
for number, test in enumerate(TESTS, 1):
    try:
        test()
        print(f"ok {number} - {test.__name__}", flush=True)
    except Skip as why:
        print(f"ok {number} - {test.__name__} # SKIP {why}", flush=True)
    except Exception as why:  # pylint: disable=broad-except
        print(f"not ok {number} - {test.__name__}\n# {type(why).__name__}: {str(why)[:2000]!r}", flush=True)
