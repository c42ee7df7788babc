"""Joint counts over the four hospitals of the heart data, against the pooled reference.

usage: heart.py PROGRAMS     PROGRAMS: the build's folder examples/
"""
import csv
import os
import pathlib
import sys

import pilot
from pilot import Site, Skip

HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
COLUMNS = "age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num".split()
SHARED = pathlib.Path(os.environ.get("SMPC_SHARED", "")) / "data"
DATA = "data:\n  header: false\n  columns:\n" + "".join(f"    - {{name: {c}, type: number}}\n" for c in COLUMNS)

# The reference's names of its queries, as SQL.
QUERIES = {
    "all": "1", "num>0": "num > 0",
    "age>=60 & sex=male & num>0": "age >= 60 AND sex = 1 AND num > 0",
    "age>=60 & sex=female & num>0": "age >= 60 AND sex = 0 AND num > 0",
    "cp==4 & exang==1": "cp = 4 AND exang = 1", "cp==4 & exang==1 & num>0": "cp = 4 AND exang = 1 AND num > 0",
    "trestbps>=140": "trestbps >= 140", "chol>=240": "chol >= 240",
    "thalach<120 & oldpeak>=2": "thalach < 120 AND oldpeak >= 2",
}
BANDS = ["<40", "40-49", "50-59", "60-69", "70+"]
CUBE = """    strata:
      - {name: sex, expression: "CASE sex WHEN 1 THEN 'male' WHEN 0 THEN 'female' END", cells: [female, male]}
      - name: age
        expression: CASE WHEN age < 40 THEN '<40' WHEN age < 50 THEN '40-49' WHEN age < 60 THEN '50-59'
          WHEN age < 70 THEN '60-69' ELSE '70+' END
        cells: ['<40', '40-49', '50-59', '60-69', '70+']
      - {name: disease, expression: num > 0, cells: [0, 1]}
"""


def question(minimum, zeros, rest, totals="displayed"):
    columns = "".join(f"      - {{name: {c}, type: number}}\n" for c in COLUMNS)
    return (f"study: {{title: Heart disease, purpose: test}}\nquestions:\n  - name: q\n    program: cohort-count\n"
            f"    recipients: [va]\n    min_parties: 4\n    minimum_cell: {minimum}\n    zeros: {zeros}\n"
            f"    totals: {totals}\n    columns:\n{columns}{rest}")


def reference(name):
    path = SHARED / "reference" / name
    if not path.exists():
        raise Skip(f"{name} is not there: SMPC_SHARED")
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files():
    return {h: SHARED / "heart-disease" / f"processed.{h}.data" for h in HOSPITALS}


def cube():
    """(sex, age, disease) -> hospital -> count"""
    table = {}
    for row in reference("heart_cohort_cube.csv"):
        table.setdefault((row["sex"], row["ageband"], row["disease"]), {})[row["site"]] = int(row["Freq"])
    return table


def queries_agree(only=None):
    for row in reference("heart_cohort_queries.csv"):
        if only and row["query"] not in only:
            continue
        with Site(PROGRAMS, HOSPITALS, DATA) as site:
            asked = site.write("q.yaml", question(1, "shown", f"    condition: {QUERIES[row['query']]}\n"))
            ended = site.joint(asked, files(), ("--json",))
            assert ended["va"].table() == {(): int(row["total"])}, f"{row['query']}: {ended['va']}"
            for other in HOSPITALS[:3]:
                assert ended[other].code == 0 and '"delivered": false' in ended[other].out, ended[other]
                assert '"count"' not in ended[other].out


def three_queries():
    queries_agree(["age>=60 & sex=male & num>0", "age>=60 & sex=female & num>0", "trestbps>=140"])


def all_queries():
    queries_agree()


def expected(counts, minimum):
    """What the rule shows of one cell (zeros shown), with the recipient va."""
    total = sum(counts.values())
    return total if total == 0 or min(total, total - counts["va"]) >= minimum else None


def the_cube(dealer=True):
    want = {cell: expected(counts, 10) for cell, counts in cube().items()}
    assert None in want.values() and len(set(want.values())) > 5
    with Site(PROGRAMS, HOSPITALS, DATA, dealer) as site:
        ended = site.joint(site.write("q.yaml", question(10, "shown", CUBE)), files(), ("--json",))
        got = ended["va"].table()
    for cell, count in want.items():
        assert got[cell] == count, f"{cell}: {got[cell]} instead of {count}"
    others = {cell: count for cell, count in got.items() if cell not in want}
    assert len(others) == 3 * 6 * 3 - len(want) and set(others.values()) == {0}


def the_cube_trusting_nobody():
    the_cube(dealer=False)


def sex_by_disease_with_totals():
    """What true totals publish is true, and one cell hidden by the rule hides others with it."""
    want = {}
    for (sex, _, disease), counts in cube().items():
        for hospital, n in counts.items():
            want.setdefault((sex, disease), dict.fromkeys(HOSPITALS, 0))[hospital] += n
    strata = "\n".join(line for line in CUBE.splitlines() if "disease" in line or "sex" in line or "strata" in line)
    with Site(PROGRAMS, HOSPITALS, DATA) as site:
        ask = site.write("q.yaml", question(3, "shown", strata + "\n", "true"))
        shown = site.joint(ask, files(), ("--json",))["va"]
        ask = site.write("r.yaml", question(60, "shown", strata + "\n", "true"))
        hidden = site.joint(ask, files(), ("--csv",))["va"]
    assert shown.table()[("male", "1")] == sum(want[("male", "1")].values())
    assert '"count": 920' in shown.out
    assert hidden.code == 0 and "female,1,NA,1" in hidden.out and hidden.out.count(",NA,1") >= 4, hidden


PROGRAMS = sys.argv[1]
pilot.main([three_queries, the_cube, the_cube_trusting_nobody, sex_by_disease_with_totals]
           + ([all_queries] if "--all" in sys.argv else []))
