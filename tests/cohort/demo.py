"""The demonstration's data and questions: the published totals, and what stays hidden.

usage: demo.py PROGRAMS DEMO     the build's folder examples/, the project's folder examples/demo/
"""
import csv
import pathlib
import subprocess
import sys

import pilot
from pilot import Site

PROGRAMS, DEMO = sys.argv[1], pathlib.Path(sys.argv[2])


def published():
    with open(DEMO / "eight-cities.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(question, *more):
    names = [city["city"].lower() for city in published()]
    with Site(PROGRAMS, names, (DEMO / "party.yaml").read_text(encoding="utf-8")) as site:
        made = subprocess.run([DEMO / "make-rows", site.path], capture_output=True, text=True, check=True)
        assert made.stdout.split() == names
        return site.joint(DEMO / question, {name: site.path / f"{name}.csv" for name in names}, more)


def the_joint_table_has_the_published_totals():
    ended = ask("joint.yaml", "--json")
    cells = ended["beijing"].table()
    assert sum(cells.values()) == 8419 and cells[("smokers", "cases")] + cells[("smokers", "controls")] == 5289
    assert cells[("smokers", "cases")] + cells[("non-smokers", "cases")] == 4081
    assert cells[("smokers", "cases")] == sum(int(city["smoker_cancer"]) for city in published())
    assert cells[("non-smokers", "controls")] == sum(int(city["nonsmoker_control"]) for city in published())
    assert all(ended[name].code == 0 and '"delivered": false' in ended[name].out for name in ended if name != "beijing")


def the_table_is_printed_without_separators():
    out = ask("joint.yaml")["beijing"].out
    assert "total         4081      4338   8419\n" in out, out


def small_cells_stay_hidden():
    """Below 30, and Beijing's own: it is the recipient and could subtract them."""
    cells = ask("by-city.yaml", "--json")["beijing"].table()
    hidden = 0
    for city in published():
        for column, count in list(city.items())[1:]:
            smoking = "smokers" if column.startswith("smoker") else "non-smokers"
            disease = "cases" if column.endswith("cancer") else "controls"
            shown = int(count) >= 30 and city["city"] != "Beijing"
            assert cells[(city["city"], smoking, disease)] == (int(count) if shown else None)
            hidden += not shown
    assert hidden == 6 and len(cells) == 9 * 3 * 3


pilot.main([the_joint_table_has_the_published_totals, the_table_is_printed_without_separators, small_cells_stay_hidden])
