#!/usr/bin/env python3
"""decode_agreement fails when llvm-objdump dies, ends with an error or stops early: what was
not compared is not taken for agreement."""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge")
parser.add_argument("--build", required=True, type=pathlib.Path)
options = parser.parse_args()

TABLE = pathlib.Path(__file__).resolve().parents[1] / "data" / "decode_differences.tsv"
TOOL = shutil.which("llvm-objdump-19") or sys.exit("llvm-objdump-19 is missing: ./dev setup installs it")
# A stand-in for llvm-objdump-19, and what the test must then say.
CASES = [
    ('exec "$REAL" "$@"', 0, "0 unexplained"),
    ('"$REAL" "$@" | head -n 100', 1, "llvm-objdump-19 showed "),
    ('"$REAL" "$@"; exit 1', 1, "llvm-objdump-19 ended with status 1"),
    ('"$REAL" "$@"; kill -9 $$', 1, "llvm-objdump-19 was ended by signal 9"),
    ("exit 0", 1, "llvm-objdump-19 showed 0 of "),
]

wrong = 0
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run(["gcc", "-O2", "-w", "-x", "c", "-", "-o", folder / "program"], check=True, text=True,
                   input="int main(int n, char **v) { return n * 7 + v[0][0]; }")
    fake = folder / "llvm-objdump-19"
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "REAL": TOOL}
    for script, status, words in CASES:
        fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        fake.chmod(0o755)
        done = subprocess.run([options.build / "tests" / "decode_agreement", TABLE, folder / "program"],
                              env=environment, capture_output=True, text=True, check=False)
        if done.returncode != status or words not in done.stdout:
            wrong += 1
            print(f"with `{script}`: exit {done.returncode} instead of {status}, or not '{words}':\n{done.stdout}")
print(f"{len(CASES)} ways of objdump to end, {wrong} not noticed")
sys.exit(bool(wrong))
