#!/usr/bin/env python3
"""What `./dev demo` shows a newcomer runs to its end, and ends each audit with an answer."""
import argparse
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
options = parser.parse_args()

done = subprocess.run([sys.executable, root / "gallery/demo.py", "--build", options.build, "--no-forge"],
                      capture_output=True, text=True, check=False)
problems = []
if done.returncode != 0:
    problems.append(f"the demo ended with {done.returncode}")
audits = done.stdout.count("\nchecked  ")
if audits != 3:
    problems.append(f"{audits} audits came to their end, not 3")
if "What next?" not in done.stdout:
    problems.append("the demo does not say what to do next")
if problems:
    print(done.stdout[-3000:], done.stderr[-3000:], *problems, sep="\n")
sys.exit(bool(problems))
