#!/usr/bin/env python3
"""Each command's --help is as in tests/golden/help/COMMAND.txt and fits 80 columns,
and docs/user/COMMAND.md shows the command at work. With --bless the goldens are
written instead."""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
parser.add_argument("--bless", action="store_true")
options = parser.parse_args()


def help_of(*words):
    return subprocess.run([options.asmforge, *words, "--help"], capture_output=True, text=True,
                          check=True).stdout


def problems(name, text):
    golden = root / f"tests/golden/help/{name}.txt"
    if options.bless:
        golden.write_text(text)
    expected = golden.read_text() if golden.exists() else ""
    yield from difflib.unified_diff(expected.splitlines(), text.splitlines(), str(golden),
                                    f"{name} --help", lineterm="")
    yield from (f"{name} --help: wider than 80: {line}" for line in text.splitlines() if len(line) > 80)


general = help_of()
names = re.findall(r"^  (\w+) {2,}", general.split("commands:")[1].split("\nA FILE")[0], re.M)
assert len(names) >= 7, f"the list of commands was not understood: {names}"
found = list(problems("asmforge", general))
for name in names:
    found += problems(name, help_of(name))
    page = root / f"docs/user/{name}.md"
    shown = page.exists() and re.search(rf"```console\n(?:.*\n)*?\$ asmforge {name}\b", page.read_text())
    if not shown:
        found.append(f"{page}: no console block that runs 'asmforge {name}'")
print("\n".join(found) or f"{len(names)} commands ok")
sys.exit(bool(found))
