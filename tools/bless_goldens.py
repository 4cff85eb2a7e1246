#!/usr/bin/env python3
"""Writes tests/golden/expected/* and tests/golden/help/* from what build/asmforge
prints now. Read the difference (git diff) before it is committed: a golden that
nobody read tests nothing."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[1]
golden = root / "tests/golden"
asmforge = root / "build/asmforge"
environment = {**os.environ, "LC_ALL": "C", "NO_COLOR": "1"}  # as in lit.cfg.py
RUN = re.compile(r"^RUN: (.*%asmforge .*) \| diff %S/expected/(\S+) -$", re.M)

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([golden / "Inputs/build.sh", folder], check=True)
    for test in sorted(golden.glob("*.test")):
        for command, name in RUN.findall(test.read_text()):
            command = command.replace("%asmforge", str(asmforge))
            output = subprocess.run(command, shell=True, cwd=folder, env=environment,
                                    stdout=subprocess.PIPE, check=True).stdout
            (golden / "expected" / name).write_bytes(output)
subprocess.run([sys.executable, root / "tests/e2e/command_help_test.py", "--bless",
                "--asmforge", asmforge], check=True)
