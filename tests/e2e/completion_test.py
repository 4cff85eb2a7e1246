#!/usr/bin/env python3
"""Completion scripts are whole: bash offers what it should, and no script ends inside
a quotation. zsh and fish read theirs where they are installed."""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()
failures = []


def check(what, holds, seen=""):
    if not holds:
        failures.append(what)
        print(f"FAILED {what}: {seen}")


def script(shell):
    return subprocess.run([options.asmforge, "completion", shell], capture_output=True, text=True, check=True).stdout


def open_quotations(text, shell):
    """Lines at whose end a quotation is still open, and all of the file's quotations."""
    still_open, found = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        quote, start, i = None, 0, 0
        while i < len(line):
            c = line[i]
            # A backslash is itself between the single quotes of bash and zsh, and escapes in those of fish.
            if c == "\\" and (quote != "'" or (shell == "fish" and line[i + 1] in "'\\")):
                i += 1
            elif quote is None and c in "'\"":
                quote, start = c, i
            elif c == quote:
                found.append(line[start + 1:i])
                quote = None
            i += 1
        if quote:
            still_open.append(f"{number}: {line}")
    return still_open, found


def offered(words):
    """What bash would offer after these words."""
    ask = (script("bash") + f"\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
           "_asmforge; printf '%s\\n' \"${COMPREPLY[@]}\"\n")
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=False)
    check(f"bash completes {words}", done.returncode == 0 and not done.stderr, done.stderr)
    return done.stdout.split()


with tempfile.TemporaryDirectory() as name:
    for shell in ("bash", "zsh", "fish"):
        text = script(shell)
        path = pathlib.Path(name) / shell
        path.write_text(text)
        unclosed, quotations = open_quotations(text, shell)
        check(f"{shell}: every quotation ends on its line", not unclosed and quotations, unclosed)
        if shutil.which(shell):
            done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
            check(f"{shell} reads it", done.returncode == 0 and not done.stderr, done.stderr)
        else:
            print(f"{shell} -n is NOT run here: {shell} is not installed")
    check("commands", {"list", "show", "audit"} <= set(offered("asmforge ''")), offered("asmforge ''"))
    check("options", "--limit" in offered("asmforge list --"), offered("asmforge list --"))
    check("values of --sort", offered("asmforge list --sort si") == ["size"], offered("asmforge list --sort si"))
    check("values of --color", offered("asmforge list --color a") == ["auto", "always"],
          offered("asmforge list --color a"))
    check("checks", "invariant-divide" in offered("asmforge explain inv"), offered("asmforge explain inv"))
    check("checks of audit", "invariant-divide" in offered("asmforge audit --check inv"),
          offered("asmforge audit --check inv"))
    check("shells", offered("asmforge completion ''") == ["bash", "fish", "zsh"], offered("asmforge completion ''"))
sys.exit(bool(failures))
