"""smpc-logistic-regression as processes, against the pooled fits of R.

usage: fit.py PROGRAMS [--slow | TEST...]     PROGRAMS: the build's folder examples/
"""
import csv
import json
import math
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cohort"))
import pilot
from pilot import Ended, Site, Skip

SHARED = pathlib.Path(os.environ.get("SMPC_SHARED", "")) / "data"
HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
HEART = {"age": 7, "sex": 0, "cp4": 0, "trestbps": 8, "thalach": 8, "exang": 0, "oldpeak": 3}


class Fits(Site):
    """Everybody runs smpc-logistic-regression; rows: party -> list of dicts."""

    def start(self, name, question, data=None, *more):
        program = "smpc-dealer" if name == "dealer" else "smpc-logistic-regression"
        args = [program, "--config", self.path / "keys" / f"{name}.yaml", "--question", question, *more]
        if data is not None:
            args += ["--data", data]
        return subprocess.Popen(args, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def files(self, rows):
        return {name: self.write(f"{name}.csv", text(rows[name])) for name in rows}


def text(rows):
    return "".join(",".join("" if v is None else str(v) for v in row.values()) + "\n" for row in rows)


def data_section(columns):
    return "data:\n  header: false\n  columns:\n" + "".join(f"    - {{name: {c}, type: number}}\n" for c in columns)


def question(columns, predictors, outcome="y", recipients=("va",), privacy="aggregates", more=""):
    listed = "".join(f"      - {{name: {c}, type: number}}\n" for c in columns)
    wanted = "".join(f"      - {{name: {c}, range: {r}}}\n" for c, r in predictors.items())
    return (f"study: {{title: A fit, purpose: test}}\nquestions:\n  - name: q\n    program: logistic-regression\n"
            f"    privacy: {privacy}\n    recipients: [{', '.join(recipients)}]\n    minimum_cell: 5\n"
            f"    columns:\n{listed}    outcome: {outcome}\n    predictors:\n{wanted}{more}")


def reference(name):
    path = SHARED / name
    if not path.exists():
        raise Skip(f"{name} is not there: SMPC_SHARED")
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def heart_rows():
    rows = {h: [] for h in HOSPITALS}
    for row in reference("reference/heart_h1_input.csv"):
        rows[row.pop("site")].append(row)
    return rows


def coefficients(model):
    return {r["term"]: r for r in reference("reference/heart_coefficients.csv") if r["model"] == model}


def close(got, want, relative, what):
    assert abs(got - want) <= relative * abs(want), f"{what}: {got!r} instead of {want!r}"


def result(ended):
    assert ended.code == 0, ended
    return json.loads(ended.out)


def agrees(fit, want, relative, of_errors=None):
    assert len(fit["coefficients"]) == len(want)
    for row in fit["coefficients"]:
        r = want[row["term"]]
        close(row["estimate"], float(r["estimate"]), relative, row["term"])
        close(row["std.error"], float(r["std_error"]), of_errors or relative, row["term"] + " std.error")
        close(row["p.value"], float(r.get("p_value", row["p.value"])), 1e-5, row["term"] + " p")


COLUMNS = list(HEART) + ["y"]
ACCEPTED = "    site_level: accepted\n    minimum_events: 10\n"


def heart_aggregates():
    rows = heart_rows()
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site:
        ask = site.write("q.yaml", question(COLUMNS, HEART, more=ACCEPTED))
        ended = site.joint(ask, site.files(rows), ("--json",))
    fit = result(ended["va"])
    agrees(fit, coefficients("H1_pooled4_raw"), 1e-8)
    close(fit["logLik"], -363.750142255949, 1e-8, "log-likelihood")
    close(fit["AIC"], 2 * 8 + 2 * 363.750142255949, 1e-8, "AIC")
    assert (fit["nobs"], fit["events"]) == (853, 464)
    assert abs(fit["accuracy"] - 0.8054) < 6e-5 and abs(fit["auc"] - 0.8845) < 1e-4 + fit["auc.error"] < 0.002, fit
    for other in HOSPITALS[:3]:
        assert result(ended[other])["delivered"] is False and "coefficients" not in ended[other].out


def heart_with_site_indicators():
    rows = heart_rows()
    want = {k.replace("site", "site:") if k.startswith("site") else k: v
            for k, v in coefficients("H2_pooled4_site_effects").items()}
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site:
        ask = site.write("q.yaml", question(COLUMNS, HEART, more=ACCEPTED + "    site_indicators: yes\n"))
        agrees(result(site.joint(ask, site.files(rows), ("--json",))["va"]), want, 1e-8, 1e-7)  # R's errors are of its last iterate but one


def smoking_rows():
    rows = {}
    for r in reference("smoking-eight-cities/smoking_eight_cities.csv"):
        cells = [(1, 1, "smoker_cancer"), (1, 0, "smoker_control"), (0, 1, "nonsmoker_cancer"), (0, 0, "nonsmoker_control")]
        rows[r["city"].lower()] = [{"smoker": s, "cancer": c} for s, c, key in cells for _ in range(int(r[key]))]
    return rows


def smoking_fit(rows, more, model, privacy="aggregates"):
    names = list(rows)
    with Fits(PROGRAMS, names, data_section(["smoker", "cancer"])) as site:
        ask = site.write("q.yaml", question(["smoker", "cancer"], {"smoker": 0}, "cancer", names[:1], privacy, more))
        fit = result(site.joint(ask, site.files(rows), ("--json",))[names[0]])
    want = {r["term"] if r["term"][0] in "(s" else "site:" + r["term"].lower(): r
            for r in reference("smoking-eight-cities/reference.csv") if r["model"] == model}
    return fit, want


def smoking_aggregates():
    rows = smoking_rows()
    fit, want = smoking_fit(rows, "    iterations: 6\n", "S1")  # 10 * 36 / 2 rows: no site_level needed
    agrees(fit, want, 1e-8)
    close(fit["logLik"], -5693.890691928380, 1e-8, "log-likelihood")
    fit, want = smoking_fit(rows, "    site_level: accepted\n    site_indicators: yes\n", "S2")
    agrees(fit, want, 1e-8)


def a_table_and_csv():
    rows = heart_rows()
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site:
        ask = site.write("q.yaml", question(COLUMNS, HEART, recipients=("va", "cleveland"), more=ACCEPTED))
        ended = site.joint(ask, site.files(rows), {"va": (), "cleveland": ("--csv",), "hungarian": ("--csv",)})
    for words in ("(Intercept)", "Std. Error", "Null deviance: 1175.91", "853 rows, 464 events", "purpose: test: sums of every step"):
        assert words in ended["va"].out, ended["va"]
    lines = ended["cleveland"].out.splitlines()
    assert lines[0] == "term,estimate,std.error,statistic,p.value,conf.low,conf.high" and len(lines) == 9, ended["cleveland"]
    assert len(ended["hungarian"].out.splitlines()) == 1
    assert "was opened to" in ended["switzerland"].out


# --- model-only ----------------------------------------------------------------------------

def near(fit, plain, spread, what):
    """Standardised coefficients within 1e-3, standard errors within 1 %, the same decisions."""
    for got in fit["coefficients"]:
        want = plain[got["term"]]
        if got["term"] in spread:
            assert abs(got["estimate"] - want[0]) * spread[got["term"]] <= 1e-3, f"{what} {got['term']}: {got} {want}"
        close(got["std.error"], want[1], 0.01, f"{what} {got['term']} std.error")
        assert (got["p.value"] < 0.05) == (want[2] < 0.05), f"{what} {got['term']}: p {got['p.value']} {want[2]}"


def of_reference(rows):
    return {k: (float(r["estimate"]), float(r["std_error"]), float(r["p_value"])) for k, r in rows.items()}


def heart_model_only():
    rows = heart_rows()
    scaling = reference("reference/heart_h1_scaling.csv")
    columns = list(scaling[0])
    spread = {r[columns[0]]: float(r[[c for c in columns if "sd" in c.lower()][0]]) for r in scaling}
    assert set(HEART) <= set(spread)
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site:
        ask = site.write("q.yaml", question(COLUMNS, HEART, recipients=HOSPITALS, privacy="model-only"))
        ended = site.joint(ask, site.files(rows), ("--json",))
    fit = result(ended["va"])
    near(fit, of_reference(coefficients("H1_pooled4_raw")), spread, "heart")
    close(fit["logLik"], -363.750142255949, 1e-5, "log-likelihood")
    assert abs(fit["auc"] - 0.8845) < 0.002 and (fit["nobs"], fit["events"]) == (853, 464), fit
    assert result(ended["cleveland"])["coefficients"] == fit["coefficients"]


def heart_with_a_ridge():
    """Against R's Newton iterates of the standardised columns, ridge 1, intercept free."""
    rows, last = heart_rows(), reference("reference/heart_h1s_newton_ridge1.csv")[-1]
    spread = {r["column"]: float(r["sd_population"]) for r in reference("reference/heart_h1_scaling.csv")}
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site:
        for privacy, most in (("aggregates", 1e-8), ("model-only", 1e-3)):
            ask = site.write("q.yaml", question(COLUMNS, HEART, privacy=privacy, more=ACCEPTED + "    ridge: 1\n"))
            fit = result(site.joint(ask, site.files(rows), ("--json",))["va"])
            for row in fit["coefficients"][1:]:
                got, want = row["estimate"] * spread[row["term"]], float(last[row["term"]])
                assert abs(got - want) <= most, f"{privacy} {row['term']}: {got} instead of {want}"
            close(fit["logLik"], float(last["loglik"]), 1e-9 if privacy == "aggregates" else 1e-5, privacy)
            assert fit["AIC"] is None


def smoking_model_only():
    fit, want = smoking_fit(smoking_rows(), "", "S1", "model-only")
    near(fit, of_reference(want), {"smoker": 0.483}, "smoking")
    close(fit["logLik"], -5693.890691928380, 2e-5, "log-likelihood")
    assert fit["events"] == 4081


def rows_are_scored_at_home():
    """With no peer and no dealer: each row and its probability; none for a missing value or outside the condition."""
    rows = generated(300)
    with Fits(PROGRAMS, list(rows), data_section(["x1", "x2", "y"])) as site:
        ask = site.write("q.yaml", question(["x1", "x2", "y"], X2, recipients=["site0"],
                                            more=LOOSE + "    condition: x1 > -9\n    site_indicators: yes\n"))
        fit = site.joint(ask, site.files(rows), ("--json",))["site0"].out
        model = site.write("model.json", fit)
        new = site.write("new.csv", 'x1,x2,name\n1,-2,"Ann, B"\n0.5,,Bo\n-9.5,1,Cy\n')
        keys = site.path / "keys" / "site1.yaml"
        keys.write_text(keys.read_text(encoding="utf-8").split("data:")[0] +
                        "data:\n  columns:\n    - {name: x1, type: number}\n    - {name: x2, type: number}\n", encoding="utf-8")
        ended = site.alone("site1", ask, new, "--score", model)
        assert ended.code == 0 and "3 rows, 1 with a probability, 1 without" in ended.err, ended
        head, ann, bo, cy = csv.reader(ended.out.splitlines())
        b = {r["term"]: r["estimate"] for r in json.loads(fit)["coefficients"]}
        want = 1 / (1 + math.exp(-(b["(Intercept)"] + b["x1"] - 2 * b["x2"] + b["site:site1"])))
        assert head == ["x1", "x2", "name", "probability"] and ann[:3] == ["1", "-2", "Ann, B"] and bo[2] == "Bo", ended
        assert abs(float(ann[3]) - want) < 1e-8 and bo[3] == "" and cy[3] == "", (ended, want)
        for wrong, words in ((fit.replace('"x2"', '"x3"'), "'x2'"), (fit.replace('"q"', '"r"'), "question 'q'"), ("{", "line 1"),
                             (fit.replace("coefficients", "cofficients"), "coefficients")):
            site.alone("site1", ask, new, "--score", site.write("wrong.json", wrong)).expect(2, words)
        site.alone("site1", ask, new, "--score", model, "--json").expect(1, "--score")


# --- columns split over hospitals ---------------------------------------------------------------

WHOSE = {"age": "north", "sex": "north", "trestbps": "north", "cp4": "south", "thalach": "south", "exang": "east", "oldpeak": "east"}


def split_question(how):
    listed = "".join(f"      - {{name: {c}, type: number}}\n" for c in COLUMNS)
    wanted = "".join(f"      - {{name: {c}, range: {HEART[c]}, party: {p}}}\n" for c, p in WHOSE.items())
    return (f"study: {{title: A fit, purpose: test}}\nquestions:\n  - name: q\n    program: logistic-regression\n"
            f"    privacy: model-only\n    recipients: [north]\n    minimum_cell: 5\n    split: columns\n{how}"
            f"    outcome_party: south\n    columns:\n{listed}    outcome: y\n    predictors:\n{wanted}")


def split_heart():
    """The 853 rows, each hospital with its columns and an identifier."""
    whole = [row for h in HOSPITALS for row in heart_rows()[h]]
    own = {p: [c for c in WHOSE if WHOSE[c] == p] + (["y"] if p == "south" else []) for p in ("north", "south", "east")}
    return {p: [{"id": f"P{i:04d}", **{c: row[c] for c in own[p]}} for i, row in enumerate(whole)] for p in own}


class SplitFits(Fits):
    """Every hospital has other columns: one data section each."""

    def __init__(self, rows):
        super().__init__(PROGRAMS, list(rows))
        for name in rows:
            section = "data:\n  columns:\n" + "".join(f"    - {{name: {c}, type: number}}\n" for c in rows[name][0] if c != "id")
            path = self.path / "keys" / f"{name}.yaml"
            path.write_text(path.read_text(encoding="utf-8") + section, encoding="utf-8")

    def files(self, rows):
        return {name: self.write(f"{name}.csv", ",".join(rows[name][0]) + "\n" + text(rows[name])) for name in rows}


def spread_of_heart():
    return {r["column"]: float(r["sd_population"]) for r in reference("reference/heart_h1_scaling.csv")}


def heart_by_columns_in_order():
    rows = split_heart()
    with SplitFits(rows) as site:
        ask = site.write("q.yaml", split_question("    match: order\n"))
        ended = site.joint(ask, site.files(rows), ("--json",))
        fit = result(ended["north"])
        near(fit, of_reference(coefficients("H1_pooled4_raw")), spread_of_heart(), "heart by columns")
        close(fit["logLik"], -363.750142255949, 1e-5, "log-likelihood")
        assert abs(fit["auc"] - 0.8845) < 0.002 and (fit["nobs"], fit["events"]) == (853, 464), fit
        assert result(ended["south"])["delivered"] is False
        site.alone("north", ask, None, "--score", "none.json").expect(2, "columns are of several")
        rows["east"] = rows["east"][:-1]
        site.joint(ask, site.files(rows), ("--json",))["south"].expect(5, "different numbers of rows")


def heart_by_columns_with_a_key():
    """Shuffled, and each hospital lacks other patients; one value is missing."""
    rows = split_heart()
    both = [i for i in range(853) if i % 9 != 0 and i % 11 != 5 and i != 100]
    rows["north"] = [r for i, r in enumerate(rows["north"]) if i % 9 != 0]
    rows["south"] = [r for i, r in enumerate(rows["south"]) if i % 11 != 5]
    next(r for r in rows["east"] if r["id"] == "P0100")["exang"] = None
    for n, p in enumerate(rows):
        rows[p] = sorted(rows[p], key=lambda r: (int(r["id"][1:]) * (7919 + n)) % 863)
    whole = [row for h in HOSPITALS for row in heart_rows()[h]]
    pooled = {h: [whole[i] for i in both[n::4]] for n, h in enumerate(HOSPITALS)}
    with Fits(PROGRAMS, HOSPITALS, data_section(COLUMNS)) as site: # the joined rows, split by rows, exactly
        ask = site.write("q.yaml", question(COLUMNS, HEART, more=ACCEPTED))
        exact = result(site.joint(ask, site.files(pooled), ("--json",))["va"])
    with SplitFits(rows) as site:
        ask = site.write("q.yaml", split_question("    match: key\n    key: [{column: id}]\n    unicode: 14.0.0\n"))
        fit = result(site.joint(ask, site.files(rows), ("--json",))["north"])
    assert fit["nobs"] == exact["nobs"] == len(both), (fit, exact)
    near(fit, {r["term"]: (r["estimate"], r["std.error"], r["p.value"]) for r in exact["coefficients"]}, spread_of_heart(), "heart by key")
    assert abs(fit["auc"] - exact["auc"]) < 0.002
    close(fit["logLik"], exact["logLik"], 1e-5, "log-likelihood")


# --- what is refused, and bad data --------------------------------------------------------

def generated(n, seed=1, sites=3, beta=(0.3, 1.0, -0.7), scale=(1, 1)):
    """A documented little generator: a linear congruential one, normal by sums of twelve."""
    state = seed
    def uniform():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 11) / 2**53
    rows = {f"site{i}": [] for i in range(sites)}
    for i in range(n):
        x = [sum(uniform() for _ in range(12)) - 6 for _ in beta[1:]]
        eta = beta[0] + sum(b * v for b, v in zip(beta[1:], x))
        rows[f"site{i % sites}"].append({**{f"x{j + 1}": repr(v * scale[j]) for j, v in enumerate(x)},
                                         "y": int(uniform() < 1 / (1 + math.exp(-eta)))})
    return rows


def try_fit(rows, predictors, more="", code=5, words=(), columns=None, party="site0", privacy="aggregates"):
    names = list(rows)
    columns = columns or ["x1", "x2", "y"]
    with Fits(PROGRAMS, names, data_section(columns)) as site:
        ask = site.write("q.yaml", question(columns, predictors, recipients=("site0",), privacy=privacy, more=more))
        ended = site.joint(ask, site.files(rows), ("--json", "--wait", "3"))
    if code == 0:
        return result(ended[party])
    ended[party].expect(code, *words)
    return None


X2 = {"x1": 3, "x2": 3}
LOOSE = "    site_level: accepted\n    minimum_events: 1\n"


def hopeless_data_is_refused():
    rows = generated(300)
    separated = {k: [dict(r, y=int(float(r["x1"]) > 0)) for r in v] for k, v in rows.items()}
    collinear = {k: [dict(r, x2=repr(2 * float(r["x1"]))) for r in v] for k, v in rows.items()}
    constant = {k: [dict(r, x2=3) for r in v] for k, v in rows.items()}
    one_class = {k: [dict(r, y=1) for r in v] for k, v in rows.items()}
    few = {"site0": rows["site0"][:1], "site1": rows["site1"][:1], "site2": []}  # n < p
    try_fit(separated, X2, LOOSE, words=["no model"])
    try_fit(separated, X2, LOOSE, words=["no model", "separates"], privacy="model-only")
    try_fit(collinear, {"x1": 3, "x2": 4}, LOOSE, words=["'x2'", "collinear"])
    try_fit(constant, X2, LOOSE, words=["'x2'", "constant"])
    try_fit(one_class, X2, LOOSE, words=["too few events or non-events"], privacy="model-only")
    try_fit(few, X2, LOOSE, words=["too few events or non-events"])


def rules_of_disclosure():
    rows = generated(600)
    try_fit(rows, X2, "", words=["site_level: accepted"])
    two = {k: rows[k] for k in ("site0", "site1")}
    try_fit(two, X2, "", words=["two parties with data"])
    rare = {k: [dict(r, x2=int(i < 4)) for i, r in enumerate(v)] for k, v in generated(3000).items()}
    try_fit(rare, X2, "    site_level: accepted\n    minimum_events: 10\n", words=["a binary predictor has fewer than 5 rows"])
    try_fit(rows, X2, LOOSE.replace("events: 1\n", "events: 300\n"), words=["too few events"])


def data_with_holes_and_wild_scales():
    rows = generated(900, scale=(1e-6, 1e6))
    rows["site0"].append({"x1": None, "x2": 1, "y": 1})
    rows["site1"].append({"x1": 1, "x2": 1, "y": None})
    for privacy, most in (("aggregates", 1e-8), ("model-only", 1e-3)):
        wild = try_fit(rows, {"x1": -17, "x2": 23}, LOOSE, code=0, privacy=privacy)
        plain = try_fit(generated(900), X2, LOOSE, code=0, privacy=privacy)
        assert wild["nobs"] == plain["nobs"] == 900
        close(wild["coefficients"][1]["estimate"], 1e6 * plain["coefficients"][1]["estimate"], most, "x1")
        close(wild["coefficients"][2]["std.error"], 1e-6 * plain["coefficients"][2]["std.error"], most, "x2")


def a_hospital_without_rows():
    rows = generated(500)
    for privacy, most in (("aggregates", 1e-10), ("model-only", 1e-4)):
        full = try_fit(rows, X2, LOOSE, code=0, privacy=privacy)
        empty = try_fit({**rows, "site3": []}, X2, LOOSE, code=0, privacy=privacy)
        close(empty["coefficients"][1]["estimate"], full["coefficients"][1]["estimate"], most, "x1")
        assert empty["nobs"] == 500


def bad_input_is_named():
    rows = generated(60)
    rows["site0"][3]["y"] = 2
    try_fit(rows, X2, LOOSE, code=2, words=["neither 0 nor 1"])
    rows = generated(60)
    rows["site0"][3]["x1"] = 9
    try_fit(rows, X2, LOOSE, code=2, words=["'x1'", "beyond 2^3"])
    for broken, word in (("    split: columns\n", "outcome_party"), ("    ridge: -1\n", "ridge"), ("    iterations: 0\n", "iterations"),
                         ("    site_indicators: yes\n", "site_level")):
        with Fits(PROGRAMS, ["site0", "site1", "site2"], data_section(["x1", "x2", "y"])) as site:
            ask = site.write("q.yaml", question(["x1", "x2", "y"], X2, recipients=("site0",), more=broken))
            site.alone("site0", ask).expect(2, word)


def the_dry_run_lists_every_opening():
    with Fits(PROGRAMS, ["site0", "site1", "site2"], data_section(["x1", "x2", "y"])) as site:
        ask = site.write("q.yaml", question(["x1", "x2", "y"], X2, recipients=("site0",)))
        ended = site.alone("site0", ask, None, "--dry-run")
    assert ended.code == 0 and "rounds" in ended.out and "Nothing was read, sent or opened." in ended.out, ended
    for purpose in ("test: whether the small-count rules hold", "test: sums of every step", "purpose: test\n"):
        assert purpose in ended.out, ended


def the_generator_s_truth_is_found():
    """Both levels on examples/logistic-regression/make-rows: near one another, and near the truth."""
    names, maker = ["site0", "site1", "site2", "site3"], ROOT / "examples" / "logistic-regression" / "make-rows"
    columns, fits = ["x1", "x2", "x3", "x4", "y"], {}
    with Fits(PROGRAMS, names, data_section(columns)) as site:
        made = subprocess.run([maker, site.path / "rows", "--rows", "3000", "--columns", "4", "--seed", "5"], check=True,
                              capture_output=True, text=True)
        files = {name: site.path / "rows" / f"{name}.csv" for name in names}
        for privacy in ("aggregates", "model-only"):
            ask = site.write("q.yaml", question(columns, {c: 3 for c in columns[:4]}, recipients=["site1"], privacy=privacy,
                                                more="    site_level: accepted\n"))
            fits[privacy] = result(site.joint(ask, files, ("--json",))["site1"])
    exact = {r["term"]: (r["estimate"], r["std.error"], r["p.value"]) for r in fits["aggregates"]["coefficients"]}
    near(fits["model-only"], exact, {c: 1.0 for c in columns}, "generated")
    for b, (estimate, error, _) in zip(map(float, made.stdout.split()), exact.values()):
        assert abs(estimate - b) < 4 * error, f"{estimate} +- {error} instead of {b}"
    assert abs(fits["model-only"]["auc"] - fits["aggregates"]["auc"]) < 0.002
    close(fits["model-only"]["logLik"], fits["aggregates"]["logLik"], 2e-5, "log-likelihood")


def the_demo_s_fit_is_a_signed_study():
    """Every opening of the fit stands in the study; a study that lists one less is refused by every party."""
    names, demo = list(smoking_rows()), ROOT / "examples" / "demo"
    with Fits(PROGRAMS, names) as site:
        subprocess.run([demo / "make-rows", site.path], check=True, capture_output=True)
        question = (demo / "model.yaml").read_text(encoding="utf-8")
        less = site.write("less.yaml", question.replace("whether the fit is sound", "whether it is"))
        for file, code in ((demo / "model.yaml", 0), (less, 5)):
            done = subprocess.run(
                ["smpc-local", "--quiet", "--names", ",".join(names), "--dealer", "--party-yaml", demo / "party.yaml", "--study", file,
                 "--dir", site.path / f"study{code}", "--", "smpc-logistic-regression", "--quiet", "--config", "{config}", "--study",
                 "{study}", "--data", site.path / "{name}.csv", "--json", "--output", site.path / "{name}.json"],
                env=site.env, capture_output=True, text=True, timeout=pilot.TIMEOUT, check=False)
            assert done.returncode == code, done
        fit = json.loads((site.path / "beijing.json").read_text(encoding="utf-8"))
        close(fit["coefficients"][1]["estimate"], 0.758725, 1e-3, "smoker")
        subprocess.run(["smpc-journal", "verify", *(site.path / "study0").glob("*.journal")], env=site.env, check=True,
                       capture_output=True)


ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = sys.argv[1]
FAST = [heart_aggregates, heart_with_site_indicators, smoking_aggregates, a_table_and_csv, heart_model_only, heart_with_a_ridge,
        smoking_model_only, the_generator_s_truth_is_found, heart_by_columns_in_order,
        heart_by_columns_with_a_key, hopeless_data_is_refused,
        rules_of_disclosure, data_with_holes_and_wild_scales, a_hospital_without_rows, bad_input_is_named,
        rows_are_scored_at_home, the_dry_run_lists_every_opening]
SLOW = [the_demo_s_fit_is_a_signed_study]
if __name__ == "__main__":
    only = [t for t in FAST + SLOW if t.__name__ in sys.argv[2:]]
    pilot.main(only or (SLOW if "--slow" in sys.argv else FAST))
