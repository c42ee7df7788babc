"""Parties of a joint computation as processes, for the tests of the programs.

A Site has a folder with throw-away keys for everybody (made by smpc-local); each
party is started by itself, so that a test can give one of them something else.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TIMEOUT = 60 * int(os.environ.get("SMPC_TEST_PATIENCE", "1"))  # sanitizers are slow


class Site:
    """`programs`: the build's folder examples/; `data`: text of party.yaml's data: section;
    `dealer`: one deals, else the parties make correlated randomness by oblivious transfer."""

    def __init__(self, programs, names, data="", dealer=True):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="smpc-cohort-"))
        self.names = names
        self.dealer = dealer
        folders = [str(p) for p in pathlib.Path(programs).iterdir() if p.is_dir()]
        self.env = dict(os.environ, PATH=os.pathsep.join(folders + [os.environ["PATH"]]))
        self.write("common.yaml", data)
        done = subprocess.run(
            ["smpc-local", "--quiet", "--names", ",".join(names), *(["--dealer"] if dealer else []), "--grace", "0",
             "--party-yaml", self.path / "common.yaml", "--dir", self.path / "keys", "--", "true"],
            env=self.env, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        if not (self.path / "keys" / "parties.yaml").exists():
            raise RuntimeError(f"smpc-local made no keys: {done.stderr}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def write(self, name, text):
        path = self.path / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")
        return path

    def start(self, name, question, data=None, *more):
        """Start smpc-cohort-count at party `name`, or the dealer."""
        program = "smpc-dealer" if name == "dealer" else "smpc-cohort-count"
        args = [program, "--config", self.path / "keys" / f"{name}.yaml", "--question", question, *more]
        if data is not None:
            args += ["--data", data]
        return subprocess.Popen(args, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def alone(self, name, question, data=None, *more):
        return Ended(self.start(name, question, data, *more))

    def joint(self, question, data, more=(), only=None):
        """Run everybody; data: party -> file; more: options of all, or party -> options; only: party -> question."""
        options = more if isinstance(more, dict) else {name: more for name in self.names}
        running = {name: self.start(name, (only or {}).get(name, question), data.get(name), *options.get(name, ()))
                   for name in self.names}
        dealer = self.start("dealer", question) if self.dealer else None
        ended = {name: Ended(process) for name, process in running.items()}
        if dealer is None:
            return ended
        try:
            dealer.communicate(timeout=1 if any(e.code for e in ended.values()) else TIMEOUT)
        except subprocess.TimeoutExpired:
            dealer.kill()
            dealer.communicate()
        return ended


class Ended:
    """How a process ended."""

    def __init__(self, process):
        try:
            self.out, self.err = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            self.out, self.err = process.communicate()
            self.err += f"\n(killed after {TIMEOUT} s)"
        self.code = process.returncode

    def table(self):
        """The cells of a JSON result: labels -> count or None."""
        assert self.code == 0, self
        cells = json.loads(self.out)["cells"]
        assert all((c["count"] is None) == c["suppressed"] for c in cells)
        return {tuple(c["at"].values()): c["count"] for c in cells}

    def expect(self, code, *words):
        assert self.code == code, f"exit {self.code} instead of {code}: {self}"
        assert not self.out, f"something on standard output: {self}"
        for word in words:
            assert word in self.err, f'"{word}" is missing: {self}'

    def __str__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Skip(Exception):
    """The test cannot run here; the text says why."""


def main(tests):
    """Run the tests in order, as TAP."""
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
    sys.exit(failed > 0)
