"""The loop on a program that people use: zlib's minigzip as Debian compiles it, improved by what asmforge tries by itself.

    ./dev bench real_program [--minutes 12]

Two runs from the same commit with different seeds, on a machine that is otherwise idle. Among the changes
are two that can only be luck of layout: functions and blocks lie elsewhere, and the same is executed.
The Markdown reports of both runs go to records/real_program-RUN.md."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import ASMFORGE, ROOT, Row

sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]
import debian_source  # noqa: E402
from support.git_project import ENVIRONMENT, GitProject  # noqa: E402

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
SOURCES = ["adler32.c", "compress.c", "crc32.c", "deflate.c", "gzclose.c", "gzlib.c", "gzread.c", "gzwrite.c", "infback.c",
           "inffast.c", "inflate.c", "inftrees.c", "trees.c", "uncompr.c", "zutil.c"]
MAKEFILE = """CC = gcc-12
CFLAGS = -g -O2 -ffunction-sections -DHAVE_UNISTD_H
OBJECTS = {objects} minigzip.o
minigzip: $(OBJECTS)
\t$(CC) -o $@ $(OBJECTS)
%.o: %.c
\t$(CC) $(CFLAGS) -c -o $@ $<
"""
# 400 KB of C, in the repository, so that every checkout measures the same.
CORPUS_BYTES = 400_000
TOML = """[project]
build = "make -s -j2"
binaries = ["minigzip"]

[[workload]]
name = "compress"
command = "./minigzip -6"
input = "corpus"

[[workload]]
name = "best"
command = "./minigzip -9"
input = "corpus"
validation = true

[candidates]
patches = ["aligned.patch", "moved.patch"]
"""


def aligned(text):
    """The hottest function at another place."""
    return text.replace("local uInt longest_match(", "__attribute__((aligned(256))) local uInt longest_match(", 1)


def moved(text):
    """Code that never runs, before the hottest functions."""
    return text.replace("local block_state deflate_slow(", "void never_called(char *p) { if (p) { p[0] = 1; p[99] = 2; } }\n"
                        "local block_state deflate_slow(", 1)


def make_project(folder):
    source = debian_source.source("zlib")
    project = GitProject(folder)
    for path in [source / name for name in SOURCES] + sorted(source.glob("*.h")):
        shutil.copy2(path, folder / path.name)
    shutil.copy2(source / "test" / "minigzip.c", folder / "minigzip.c")
    corpus = b"".join(path.read_bytes() for path in sorted(source.glob("*.[ch]")))
    (folder / "corpus").write_bytes(corpus[:CORPUS_BYTES])
    project.write("Makefile", MAKEFILE.format(objects=" ".join(name.replace(".c", ".o") for name in SOURCES)))
    project.write(".gitignore", "*.o\nminigzip\n")
    project.git("init", "-q", ".")
    project.commit("zlib as Debian has it")
    text = (folder / "deflate.c").read_text()
    for name, change in (("aligned", aligned), ("moved", moved)):
        changed = change(text)
        if changed == text:
            raise SystemExit(f"bench real_program: deflate.c has no place for '{name}'")
        project.write("deflate.c", changed)
        project.write(f"{name}.patch", project.git("diff", "deflate.c"))
        project.write("deflate.c", text)
    project.write("asmforge.toml", TOML)
    project.commit("what to measure")
    return project


def forge(project, seed, minutes):
    """The run's report, as data and as Markdown."""
    def asmforge(*words, accept=(0, 1)):
        done = subprocess.run([ASMFORGE, *words], cwd=project.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        if done.returncode not in accept:
            raise SystemExit(f"bench real_program: asmforge {' '.join(words)} ended with {done.returncode}: {done.stderr[-800:]}")
        return done.stdout
    asmforge("forge", "--budget", f"{minutes}min", "--seed", str(seed))
    return json.loads(asmforge("report", "--json")), asmforge("report", "--markdown")


def run(arguments=()):
    parser = argparse.ArgumentParser(prog="./dev bench real_program")
    parser.add_argument("--minutes", type=int, default=12, help="budget of each of the two runs")
    options = parser.parse_args(arguments)
    reports = []
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as scratch:
        project = make_project(pathlib.Path(scratch))
        for number, seed in enumerate((1, 2), 1):
            report, markdown = forge(project, seed, options.minutes)
            (RECORDS / f"real_program-{number}.md").write_text(markdown)
            reports.append(report)
    rows = []
    for number, report in enumerate(reports, 1):
        kept = [step["name"] for step in report["steps"] if step["state"] == "kept"]
        total = report["total"]
        words = f"{len(kept)} of {len(report['steps'])} kept: {', '.join(kept) or 'none'}" + (
            f"; first against last {total['ratio'] - 1:+.2%} [{total['low'] - 1:+.2%}, {total['high'] - 1:+.2%}]" if total else "")
        rows.append(Row(f"minigzip by gcc-12 -O2, run {number}", words, "an accepted change that stands",
                        bool(report["holds"]), {"kept": kept, "total": total, "outcome": report["outcome"]}))
    lucky = [step for report in reports for step in report["steps"] if step["name"] in ("aligned.patch", "moved.patch")]
    rows.append(Row("changes of layout alone", ", ".join(f"{step['name']} {step['verdict']} {step.get('reason') or ''}".strip()
                                                         for step in lucky),
                    "none kept", all(step["state"] != "kept" for step in lucky),
                    {"steps": [{key: step.get(key) for key in ("name", "state", "verdict", "reason", "why", "effect")} for step in lucky]}))
    both = set.intersection(*({step["name"] for step in report["steps"] if step["state"] == "kept"} for report in reports))
    rows.append(Row("kept by both runs", ", ".join(sorted(both)) or "none", "at least one", bool(both), {"both": sorted(both)}))
    return rows
