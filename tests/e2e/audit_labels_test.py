#!/usr/bin/env python3
"""The audit of zlib and zstd, built here by gcc and clang, finds what tests/data/audit/labels.txt
says, each judged by reading: a finding without a label and a true one that is gone both fail."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests" / "support"))
import audited_programs  # noqa: E402

LABELLED = ("zlib", "zstd")
# Spills are held against the compiler's own words instead (compiler_loops_test).
CHECKS = ("boolean-materialised-then-tested", "bounds-check-in-loop", "invariant-divide", "invariant-load-in-loop")
parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
options = parser.parse_args()

def labels():
    for line in (root / "tests/data/audit/labels.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            program, compiler, key, count, confidence, verdict, _ = line.split(maxsplit=6)
            yield (program, compiler, key, confidence), int(count), verdict


def findings(binary):
    chosen = [word for check in CHECKS for word in ("--check", check)]
    done = subprocess.run([options.asmforge, "audit", "--json", "--all", *chosen, binary],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"audit failed: {done.stderr}")
    return [(f["suppress_key"], f["confidence"]) for f in json.loads(done.stdout)["findings"]]


found = collections.Counter()
for program in LABELLED:
    for compiler in audited_programs.PROGRAMS[program].compilers:
        binary = audited_programs.built(options.build, program, compiler)
        found.update((program, compiler, *f) for f in findings(binary))

expected = {key: (count, verdict) for key, count, verdict in labels()}
wrong = []
for key in sorted(set(found) | set(expected)):
    count = expected.get(key, (0, ""))[0]
    if found[key] != count:
        wrong.append(f"{' '.join(key)}: found {found[key]}, labelled {count}")
tally = collections.Counter()
for (_, _, key, confidence), (count, verdict) in expected.items():
    tally[key.split(":")[0], "hint" if confidence == "hint" else "sure", verdict] += count
for (check, confidence, verdict), count in sorted(tally.items()):
    print(f"{check}, {confidence}: {count} {verdict}")
print("\n".join(wrong) or f"{sum(found.values())} findings, each as labelled")
sys.exit(bool(wrong))
