#!/usr/bin/env python3
"""Runs what the pages show: each ```console block of docs/user/*.md and README.md.

A block's lines that begin with "$ " are run by bash, the lines below are what
comes out (both streams). "..." stands for anything within a line; a line that is
only "..." for any lines. A block opened as ```c sum.c first writes that file. The
blocks of a page share one scratch folder. A page's commands that begin with
"./dev" set a whole machine up and are run by the tests of that script."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
parser.add_argument("pages", nargs="*")
options = parser.parse_args()

BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.M | re.S)


def pattern_of(expected):
    """The expected lines as a regular expression."""
    parts = []
    for line in expected:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.split("...")) + r"[ \t]*\n")
    return re.compile("".join(parts))


def steps_of(block):
    """(command, expected lines) pairs; a command goes on after a backslash."""
    steps = []
    lines = block.splitlines()
    while lines:
        line = lines.pop(0)
        if not line.startswith("$ "):
            if not steps:
                raise SystemExit(f"a console block must begin with '$ ': {line}")
            steps[-1][1].append(line)
            continue
        command = line[2:]
        while command.endswith("\\") and lines:
            command += "\n" + lines.pop(0)
        steps.append((command, []))
    return steps


def check_page(page):
    ran = 0
    failures = []
    environment = {"PATH": f"{pathlib.Path(options.asmforge).resolve().parent}:{os.environ['PATH']}",
                   "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}
    for name in ("RUSTUP_HOME", "CARGO_HOME"):
        if name in os.environ:
            environment[name] = os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        status = 0
        for language, name, text in BLOCK.findall(page.read_text()):
            if name:
                (pathlib.Path(folder) / name).write_text(text)
            if language != "console":
                continue
            for command, expected in steps_of(text):
                if command.startswith("./dev"):
                    continue
                result = subprocess.run(["bash", "-c", f"(exit {status})\n{command}"], cwd=folder,
                                        env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, timeout=120)
                status = result.returncode
                ran += 1
                output = result.stdout.decode(errors="replace")
                if output and not output.endswith("\n"):
                    output += "\n"
                if not pattern_of(expected).fullmatch(output):
                    failures.append(f"{page}: $ {command}\n--- the page says\n" +
                                    "\n".join(expected) + f"\n--- it says\n{output}")
    return ran, failures


pages = [pathlib.Path(p) for p in options.pages] or [root / "README.md", *sorted((root / "docs/user").glob("*.md"))]
total = 0
failed = []
for page in pages:
    ran, failures = check_page(page)
    total += ran
    failed += failures
print("\n".join(failed) or f"{total} commands of {len(pages)} pages do what the pages say")
if total == 0:
    print("no commands found: the pages were not understood")
sys.exit(bool(failed) or total == 0)
