#!/usr/bin/env python3
"""Native samples, perf.data files, and what emulation cannot see.

Sampling is statistics: shares are checked within wide bounds, nothing else of time."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
options = parser.parse_args()
DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "profile"
failures = []


def check(what, holds, seen=""):
    if not holds:
        failures.append(what)
        print(f"FAILED {what}: {seen}")


def run(command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300,
                          check=False, **more)


def build(folder, source, *flags):
    program = folder / pathlib.Path(source).stem
    done = run(["clang-19", "-O1", *flags, "-o", program, DATA / source])
    if done.returncode != 0:
        sys.exit(done.stderr)
    return program


def summary(path):
    done = run([options.asmforge, "profile", "--show", path, "--json"])
    check("--show --json", done.returncode == 0, done.stderr)
    return json.loads(done.stdout)


def shares(path):
    shown = summary(path)
    total = sum(m["total"] for m in shown["modules"]) + shown["unattributed"]
    check("totals add up", total == shown["total"], shown["total"])
    return {f["name"]: f["share"] for f in shown["functions"]}, shown


def sampling_works(folder):
    done = run([options.asmforge, "profile", "--sample", "-o", folder / "p", "--", "true"])
    if done.returncode == 3:
        check("one sentence", done.stderr.count("\n") == 1, done.stderr)
        print(f"native sampling is NOT tested here: {done.stderr.strip()}")
        return False
    check("sampling true", done.returncode == 0, done.stderr)
    return True


def native(folder):
    program = build(folder, "hot_and_warm.c")
    for arguments in (["60"], ["60", "in a child"]):
        done = run([options.asmforge, "profile", "--sample", "-o", folder / "p", "--", program, *arguments])
        check("status", done.returncode == 0, done.stderr)
        found, shown = shares(folder / "p")
        check("enough samples", shown["total"] > 50, shown["total"])
        check(f"hot has three quarters {arguments}", 0.55 < found.get("hot", 0) < 0.9, found)
        check(f"warm has a quarter {arguments}", 0.1 < found.get("warm", 0) < 0.45, found)
        check("it says samples", shown["source"] == "samples", shown["source"])
        check("nothing is hidden from samples", shown["features_not_seen"] == [], shown)


def refused_by_the_kernel(folder):
    """Where there is no perf_event_open (an emulated kernel, a sandbox): one sentence, exit 3."""
    done = run(["qemu-x86_64", options.asmforge, "profile", "--sample", "-o", folder / "q", "--", "/bin/true"])
    check("status when refused", done.returncode == 3, done.stderr)
    check("sentence when refused", "cannot sample" in done.stderr and done.stderr.count("\n") == 1, done.stderr)
    check("no profile is left when refused", not (folder / "q").exists())


def perf_data(folder):
    if not shutil.which("perf"):
        print("perf.data of a real perf is NOT tested here: perf is not installed")
        return
    program = folder / "hot_and_warm"
    recorded = run(["perf", "record", "-q", "-e", "cpu-clock:u", "-o", folder / "data", program, "60"])
    if recorded.returncode != 0:
        print(f"perf.data of a real perf is NOT tested here: {recorded.stderr.strip()}")
        return
    done = run([options.asmforge, "profile", "--import", folder / "data", "-o", folder / "p"])
    check("import", done.returncode == 0, done.stderr)
    found, shown = shares(folder / "p")
    report = run(["perf", "report", "-i", folder / "data", "--stdio", "-F", "sample,symbol"]).stdout
    truth = {}
    for line in report.splitlines():
        words = line.split()
        if len(words) == 3 and words[0].isdigit():
            truth[words[2]] = int(words[0])
    counts = {f["name"]: f["count"] for f in shown["functions"]}
    for name in ("hot", "warm"):
        check(f"samples of {name} as perf report has them", counts.get(name) == truth.get(name),
              (counts.get(name), truth.get(name)))
    check("command line", str(program) in shown["command"], shown["command"])
    # A rebuilt program is not the one that was recorded.
    run(["clang-19", "-O2", "-Wl,--build-id=sha1", "-o", program, DATA / "hot_and_warm.c"])
    done = run([options.asmforge, "profile", "--import", folder / "data", "-o", folder / "p"])
    found, shown = shares(folder / "p")
    check("samples of another build are unattributed", "hot" not in found and shown["unattributed"] > 0, found)
    check("which is said", any("build id" in note for note in shown["notes"]), shown["notes"])
    zipped = run(["perf", "record", "-q", "-z", "-e", "cpu-clock:u", "-o", folder / "zipped", program, "10"])
    if zipped.returncode == 0:
        done = run([options.asmforge, "profile", "--import", folder / "zipped", "-o", folder / "p2"])
        check("compressed", done.returncode == 2 and "compressed" in done.stderr, done.stderr)
    with open(folder / "piped", "wb") as pipe:
        piped = subprocess.run(["perf", "record", "-q", "-e", "cpu-clock:u", "-o", "-", program, "10"], stdout=pipe,
                               stderr=subprocess.DEVNULL, check=False)
    if piped.returncode == 0:
        done = run([options.asmforge, "profile", "--import", folder / "piped", "-o", folder / "p2"])
        check("written to a pipe", done.returncode == 2 and "pipe" in done.stderr, done.stderr)


def dispatch(folder):
    """A kernel that the emulated CPU never chooses is unknown, and the profile says so."""
    program = build(folder, "dispatch.c", "-Wl,--build-id")
    seen = 0
    for feature in ("avx512f", "vpclmulqdq", "sha_ni", "rdpid", "fsrm", "rdseed"):
        native_run = run([program, feature]).stdout.split()[0]
        done = run([options.asmforge, "profile", "-o", folder / "p", "--", program, feature])
        found, shown = shares(folder / "p")
        ran = "special" if "special_kernel" in found else "common"
        check(f"{feature}: what it printed is what was counted", done.stdout.startswith(ran), done.stdout)
        if ran != native_run:
            seen += 1
            check(f"{feature}: is said to be missing", feature in shown["features_not_seen"], shown["features_not_seen"])
            check(f"{feature}: never more than the host has", native_run == "special", native_run)
    print(f"dispatch: {seen} of 6 features made the emulated program take another way than the native one")


def avx2(folder):
    program = build(folder, "avx2.c", "-Wl,--build-id")
    done = run([options.asmforge, "profile", "-o", folder / "p", "--", program])
    check("AVX2 runs under emulation", done.returncode == 0 and done.stdout == "319600\n", done.stderr + done.stdout)


def illegal(folder):
    program = folder / "illegal"
    run(["clang-19", "-nostdlib", "-static", "-Wl,--build-id", "-o", program, DATA / "illegal.s"])
    done = run([options.asmforge, "profile", "-o", folder / "illegal.p", "--", program])
    sentence = [line for line in done.stderr.splitlines() if line.startswith("asmforge:")]
    check("an unknown instruction: exit 3", done.returncode == 3, done.stderr)
    check("one sentence that names --sample", len(sentence) == 1 and "--sample" in sentence[0], done.stderr)
    check("no profile is left", not (folder / "illegal.p").exists())


def bad_input(folder):
    junk = folder / "junk"
    junk.write_bytes(b"PERFILE2" + bytes(200))
    cases = [
        (["profile", "--import", junk, "-o", folder / "x"], "perf.data"),
        (["profile", "--import", "/etc/passwd", "-o", folder / "x"], "is no perf.data file"),
        (["profile", "--import", folder, "-o", folder / "x"], "directory"),
        (["profile", "--sample", "-o", folder / "x", "--", "no-such-program-here"], "no such program"),
        (["profile", "--sample", "--exact", "-o", folder / "x", "--", "true"], "excludes"),
        (["profile", "--sample", "--frequency", "0", "-o", folder / "x", "--", "true"], "frequency"),
    ]
    for arguments, words in cases:
        done = run([options.asmforge, *arguments])
        check(f"status of {arguments}", done.returncode == 2, done.returncode)
        check(f"message of {arguments}", words in done.stderr and done.stderr.count("\n") == 1, done.stderr)


with tempfile.TemporaryDirectory() as name:
    work = pathlib.Path(name)
    tests = [dispatch, avx2, illegal, bad_input]
    if sampling_works(work):
        tests = [native, refused_by_the_kernel, perf_data, *tests]
    for test in tests:
        before = len(failures)
        test(work)
        print(f"{test.__name__}: {'ok' if len(failures) == before else 'FAILED'}")
sys.exit(bool(failures))
