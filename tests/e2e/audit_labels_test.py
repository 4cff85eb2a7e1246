#!/usr/bin/env python3
"""The audit of zlib and zstd, built here by gcc and clang, finds what tests/data/audit/labels.txt
says, each judged by reading: a finding without a label and a true one that is gone both fail."""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()

COMPILERS = {"gcc": "gcc", "clang": "clang-19"}
# Of the library alone: programs and tests stay out.
PROGRAMS = {
    "zlib": (["*.c"], ["-O2", "-D_GNU_SOURCE", "-DHAVE_UNISTD_H"]),
    "zstd": (["lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c", "lib/dictBuilder/*.c"],
             ["-O3", "-DZSTD_DISABLE_ASM"]),
}


def labels():
    for line in (root / "tests/data/audit/labels.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            program, compiler, key, count, confidence, verdict, _ = line.split(maxsplit=6)
            yield (program, compiler, key, confidence), int(count), verdict


def source_folder(package):
    done = subprocess.run([sys.executable, root / "tools/debian_source.py", package],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the sources of {package} cannot be had, so nothing was tested: {done.stderr}")
    return pathlib.Path(done.stdout.strip())


def build(program, compiler, folder, scratch):
    patterns, flags = PROGRAMS[program]
    sources = sorted(s for p in patterns for s in folder.glob(p))
    command = [COMPILERS[compiler], *flags, "-g", "-fPIC", "-w", f"-I{folder}", "-c"]
    jobs, objects = [], []
    for source in sources:
        objects.append(scratch / f"{program}-{compiler}-{source.stem}.o")
        jobs.append(subprocess.Popen([*command, source, "-o", objects[-1]]))
        if len(jobs) >= (os.cpu_count() or 1):
            if jobs.pop(0).wait() != 0:
                sys.exit(f"{program} does not compile with {compiler}")
    if any(job.wait() != 0 for job in jobs):
        sys.exit(f"{program} does not compile with {compiler}")
    out = scratch / f"{program}-{compiler}.so"
    subprocess.run([COMPILERS[compiler], "-shared", *objects, "-o", out, "-lpthread"], check=True)
    return out


def findings(binary):
    done = subprocess.run([options.asmforge, "audit", "--json", "--all", binary],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"audit failed: {done.stderr}")
    return [(f["suppress_key"], f["confidence"]) for f in json.loads(done.stdout)["findings"]]


found = collections.Counter()
with tempfile.TemporaryDirectory() as scratch:
    for program in PROGRAMS:
        folder = source_folder(program)
        for compiler in COMPILERS:
            binary = build(program, compiler, folder, pathlib.Path(scratch))
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
