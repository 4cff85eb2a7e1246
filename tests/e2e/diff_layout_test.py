#!/usr/bin/env python3
"""`asmforge diff` says that functions are the same when the same objects are only laid out
differently: linked in another order, or by lld with its functions and constants shuffled. It
still sees a string of two letters that really changed."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests" / "support"))
import audited_programs  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()

DATA = root / "tests" / "data"
SEEDS = (1, 2, 3)
LLD = ["clang-19", "-fuse-ld=lld"]
wrong, compared = [], 0


def run(*command):
    subprocess.run([str(c) for c in command], check=True)


def differing(before, after):
    done = subprocess.run([options.asmforge, "diff", "--json", before, after], capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"diff failed: {done.stderr}")
    answer = json.loads(done.stdout)
    names = sorted(f["name"] for kind in ("functions", "only_before", "only_after") for f in answer[kind])
    if (done.returncode == 0) != (not names):
        wrong.append(f"{before.name} {after.name}: exit {done.returncode} with {len(names)} differing")
    return names


def layouts(folder, name, kind, objects):
    """The same objects in several layouts; those of one linker are alike."""
    linked = []
    for order in (objects, objects[::-1]):
        linked.append(folder / f"{name}-order{len(linked)}")
        run("clang-19", *kind, *order, "-o", linked[-1])
    shuffled = []
    for seed in SEEDS:
        shuffled.append(folder / f"{name}-seed{seed}")
        run(*LLD, *kind, f"-Wl,--shuffle-sections=.text.*={seed}",
            f"-Wl,--shuffle-sections=.rodata*={seed}", *objects, "-o", shuffled[-1])
    return linked, shuffled


def compare(folder, name, kind, objects):
    global compared
    for group in layouts(folder, name, kind, objects):
        for other in group[1:]:
            names = differing(group[0], other)
            compared += 1
            if names:
                wrong.append(f"{group[0].name} {other.name}: {', '.join(names)}")


with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    zlib = audited_programs.source_folder("zlib")
    for compiler in ("gcc", "clang-19"):
        flags = ["-O2", "-w", "-ffunction-sections"]
        objects = []
        for source in sorted(zlib.glob("*.c")):
            objects.append(folder / f"{compiler}-{source.stem}.o")
            run(compiler, *flags, "-fPIC", "-D_GNU_SOURCE", "-DHAVE_UNISTD_H", "-c", source, "-o", objects[-1])
        compare(folder, f"zlib-{compiler}", ["-shared"], objects)
        for link, compile_flag in (("-pie", "-fpie"), ("-no-pie", "-fno-pie")):
            parts = {}
            for part, source, more in (("ends", "layout_ends.c", []), ("main", "layout_main.c", []),
                                       ("text", "layout_main.c", ['-DSECOND="; "'])):
                parts[part] = folder / f"{compiler}{link}-{part}.o"
                run(compiler, *flags, compile_flag, *more, "-c", DATA / source, "-o", parts[part])
            compare(folder, f"ends-{compiler}{link}", [link], [parts["ends"], parts["main"]])
            built = {}
            for part in ("main", "text"):
                built[part] = folder / f"{compiler}{link}-with-{part}"
                run(*LLD, link, parts["ends"], parts[part], "-o", built[part])
            names = differing(built["main"], built["text"])
            compared += 1
            if "separator" not in names:
                wrong.append(f"a changed text shows in {names}")
print("\n".join(wrong) or f"{compared} pairs of layouts, each as it should be")
sys.exit(bool(wrong))
