#!/usr/bin/env python3
"""Hold the SYNOPSIS of each program's manual page against its --help: the same options.

usage: synopsis.py EXAMPLES_DIR MAN_DIR     the build's folder of the programs, docs/man
exit:  0 passed
"""
import pathlib
import re
import subprocess
import sys

COMMON = {"--help", "--usage", "--version"}
SHARED = {"--release"}  # of all programs that read a study; smpc-party has no use for it


def of_help(program):
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (?:-., |    )(--[a-z-]+)", text, re.MULTILINE))


def of_page(page):
    text = page.read_text(encoding="utf-8")
    head = re.search(r"^\.S[Hh] SYNOPSIS\n(.*?)^\.S[Hh] ", text, re.MULTILINE | re.DOTALL).group(1).replace("\\-", "-")
    short = {"--quiet": r"(?<![a-z-])-?q(?![a-z])|Fl qv", "--verbose": r"(?<![a-z-])-?v(?![a-z])|Fl qv"}
    found = set(re.findall(r"--[a-z-]+", head)) | {"-" + o for o in re.findall(r"(?:Fl |\| )(-[a-z-]+)", head)}
    return found | {name for name, pattern in short.items() if re.search(pattern, head)}


def main():
    programs, pages = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    bad = []
    for page in sorted(pages.glob("smpc-*.1")):
        name = page.stem
        program = programs / name.removeprefix("smpc-") / name
        if not program.exists():  # smpc-bench
            continue
        said, shown = of_help(program) - COMMON, of_page(page) - COMMON
        if name == "smpc-party":
            said -= SHARED
        for what, names in (("is not in the SYNOPSIS of", said - shown), ("is not in --help of", shown - said)):
            bad += [f"{option} {what} {name}" for option in sorted(names)]
    print("\n".join(bad) or "the pages and --help agree")
    return 1 if bad else 0


sys.exit(main())
