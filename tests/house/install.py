#!/usr/bin/env python3
"""Install into a scratch prefix, build the README's program against it through
pkg-config, as C and as C++, and run it: three parties, one total.

usage: install.py BUILD_DIR SOURCE_DIR
exit:  0 passed, 77 skipped (no C++ compiler is not a reason to skip)
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def run(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run(command, check=True, text=True, **options)


def main():
    build, source = sys.argv[1], pathlib.Path(sys.argv[2])
    program = re.search(r"```c\n(.*?)```", (source / "README.md").read_text(encoding="utf-8"), re.DOTALL).group(1)
    with tempfile.TemporaryDirectory(prefix="smpc-install-") as scratch:
        stage = pathlib.Path(scratch, "stage")
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", str(stage))
        pc = next(stage.rglob("libmpc.pc"))
        prefix = pc.parent
        while not (prefix / "include" / "smpc.h").exists():
            prefix = prefix.parent
        env = dict(os.environ, PKG_CONFIG_PATH=str(pc.parent))
        flags = run("pkg-config", f"--define-variable=prefix={prefix}", "--cflags", "--libs", "libmpc", env=env,
                    stdout=subprocess.PIPE).stdout.split()
        library = next(stage.rglob("libsmpc.so.0")).parent
        env.pop("LD_LIBRARY_PATH", None)  # meson sets it
        env["PATH"] = f"{prefix / 'bin'}:{env['PATH']}"
        for name in ("smpc-party", "smpc-dealer", "smpc-local", "smpc-cohort-count"):
            run(name, "--version", env=env)  # they find the library beside them
        env["LD_LIBRARY_PATH"] = str(library)
        code = pathlib.Path(scratch, "total.c")
        code.write_text(program, encoding="utf-8")
        for compiler, name in (("cc", "total"), ("c++", "total-cxx")):
            extra = ["-x", "c++"] if compiler == "c++" else []
            run(compiler, "-Wall", "-Wextra", "-Werror", *extra, str(code), "-x", "none", "-o", f"{scratch}/{name}", *flags)
            out = run("smpc-local", "-n", "3", "--", f"{scratch}/{name}", "{config}", "1{i}.5", env=env,
                      stdout=subprocess.PIPE).stdout
            print(out)
            assert "34.5" in out, "10.5 + 11.5 + 12.5 is 34.5"
            bare = subprocess.run([f"{scratch}/{name}"], env=env, text=True, capture_output=True)
            assert bare.returncode == 1 and "usage: total" in bare.stderr, bare
            lost = subprocess.run([f"{scratch}/{name}", "nowhere.yaml", "1"], env=env, text=True, capture_output=True)
            assert lost.returncode == 2 and "nowhere.yaml" in lost.stderr, lost
        assert not list(stage.rglob("libmpc.so*")) and not list(stage.rglob("mpc.h")), "GNU MPC's names are not ours"


main()
