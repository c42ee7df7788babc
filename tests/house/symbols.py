#!/usr/bin/env python3
"""The shared library exports exactly the functions that the headers declare.

usage: symbols.py LIBRARY HEADER...
"""
import re
import subprocess
import sys

declared = set()
for path in sys.argv[2:]:
    text = re.sub(r"/\*.*?\*/", "", open(path, encoding="utf-8").read(), flags=re.DOTALL)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    declared |= {name for statement in re.findall(r"SMPC_API\b[^;{]*", text) for name in re.findall(r"\b(smpc_\w+)\s*\(", statement)[:1]}
listing = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
exported = {line.split()[-1].split("@")[0] for line in listing.splitlines() if line.split()[-2] != "A"}
print("declared, not exported:", sorted(declared - exported))
print("exported, not declared:", sorted(exported - declared))
sys.exit(0 if declared and declared == exported else 1)
