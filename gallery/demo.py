#!/usr/bin/env python3
"""./dev demo: what a newcomer sees first. Two small programs, built, counted, audited; a library
that Debian ships; then the loop on the first program. Every line below was printed by the command above it."""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description="Shows what asmforge answers.")
parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where asmforge was built")
forging = parser.add_mutually_exclusive_group()
forging.add_argument("--quick", action="store_true", help="forge for two minutes, not for ten")
forging.add_argument("--no-forge", action="store_true", help="end before anything is timed")
options = parser.parse_args()
BUILD = options.build.resolve()
BUILT = BUILD / "demo"
LIBRARY = "/usr/lib/x86_64-linux-gnu/libzstd.so.1"


def say(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def run(*command, accept=(0,), folder=ROOT):
    # As one would type it in that folder.
    typed = [os.path.relpath(c, folder) if str(c).startswith(str(ROOT)) else str(c) for c in command]
    print(f"$ {' '.join(typed)}", flush=True)
    status = subprocess.run(typed, cwd=folder, check=False).returncode
    if status not in accept:
        sys.exit(f"demo: that command ended with {status}; `build/asmforge doctor` says what is missing here")


def program(name, source, compiler):
    """Builds, counts and audits one gallery program."""
    binary, counts = BUILT / name, BUILT / f"{name}.profile"
    run(*compiler, "-o", binary, ROOT / "gallery" / source)
    say("How often did each instruction run? QEMU counts them all; nothing is sampled.")
    run(asmforge, "profile", "-o", counts, "--", binary, "1")
    run(asmforge, "list", binary, "--profile", counts, "--sort", "share", "--limit", "5")
    say("What did the compiler do badly there? Each finding shows the instructions that prove it.")
    run(asmforge, "audit", binary, "--profile", counts, "--limit", "3")


def forge():
    """The loop, on a repository of its own."""
    project = BUILT / "forge"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(ROOT / "gallery" / "base64", project)
    (project / ".gitignore").write_text("naive\n")
    if options.quick:  # shared among all changes, two minutes would be too little for each
        settings = project / "asmforge.toml"
        settings.write_text(settings.read_text().replace("[candidates]", '[forge]\nforbid = ["automatic"]\n\n[candidates]'))
    git = ["git", "-c", "user.name=demo", "-c", "user.email=demo@example.org"]
    for words in (["init", "-q", "."], ["add", "-A"], [*git[1:], "commit", "-q", "-m", "as it is written first"]):
        subprocess.run([git[0], *words], cwd=project, check=True)
    print(f"$ cd {os.path.relpath(project, ROOT)}")
    # 1: nothing holds, which is an answer too.
    run(asmforge, "forge", *(["--quick"] if options.quick else []), accept=(0, 1), folder=project)


asmforge = BUILD / "asmforge"
BUILT.mkdir(parents=True, exist_ok=True)

say("1. base64 in C++, as one writes it first (gallery/base64/naive.cc)")
program("base64", "base64/naive.cc", ["clang++-19", "-O2", "-g"])

say("2. A table of counts in Rust (gallery/line_index/naive.rs)")
if shutil.which("rustc") is None:
    sys.exit("demo: there is no rustc; `./dev setup` installs one")
program("line_index", "line_index/naive.rs", ["rustc", "-C", "opt-level=3", "-g"])

say("3. A library as Debian ships it: optimised, stripped, no debug information")
run(asmforge, "audit", LIBRARY, "--limit", "3")

if not options.no_forge:
    minutes = "two minutes" if options.quick else "ten minutes; --quick: two"
    own = "without --quick there are asmforge's own too" if options.quick else "others are asmforge's own"
    say(f"4. The loop: changes of the first program, tried one by one and kept when they hold ({minutes})\n"
        f"   gallery/base64/steps has four of a person's, one of which only moves code; {own}.")
    forge()

say("What next? `asmforge explain` lists the checks and what to do about each;\n"
    "`build/asmforge show build/demo/base64 Base64::encode` prints a function with its loops;\n"
    "in build/demo/forge `asmforge report --markdown` tells the run's story;\n"
    "docs/user has a page for every command.")
