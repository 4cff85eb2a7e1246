"""Real programs that the tests of `audit` build from Debian's sources, each by both compilers.

A program is built once and kept in BUILD/tests/audited under a name that changes with the
compiler and the flags; tests that run at the same time wait for each other.
"""
import fcntl
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

C = {"gcc": "gcc", "clang": "clang-19"}
CXX = {"gcc": "g++", "clang": "clang++-19"}


class Program:
    """What is built of a Debian package: libraries alone, no programs and tests."""

    def __init__(self, package, compilers, patterns, flags):
        self.package = package
        self.compilers = compilers
        self.patterns = patterns
        self.flags = flags


PROGRAMS = {
    "zlib": Program("zlib", C, ["*.c"], ["-O2", "-D_GNU_SOURCE", "-DHAVE_UNISTD_H"]),
    "zstd": Program("zstd", C,
                    ["lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c", "lib/dictBuilder/*.c"],
                    ["-O3", "-DZSTD_DISABLE_ASM"]),
    # C++ whose standard containers check each index.
    "woff2": Program("woff2", CXX,
                     [f"src/{name}.cc" for name in ("font", "glyph", "normalize", "table_tags", "transform",
                                                    "variable_length", "woff2_common", "woff2_dec",
                                                    "woff2_enc", "woff2_out")],
                     ["-std=c++17", "-O2", "-D_GLIBCXX_ASSERTIONS", "-include", "cstdint", "-Iinclude"]),
}
# A crate and the crate that it needs.
CRATE = ("librust-miniz-oxide-dev", "miniz_oxide")
NEEDED_CRATE = ("librust-adler-dev", "adler")
RUST_FLAGS = ["--edition", "2018", "-O", "-g", "-C", "codegen-units=1", "--crate-type", "rlib",
              "--cap-lints", "allow", "--cfg", 'feature="with-alloc"']


def text_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def source_folder(package):
    done = subprocess.run([sys.executable, ROOT / "tools/debian_source.py", package],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the sources of {package} cannot be had, so nothing was tested: {done.stderr}")
    return pathlib.Path(done.stdout.strip())


def run_all(commands, what, folder):
    jobs = []
    for command in commands:
        jobs.append(subprocess.Popen(command, cwd=folder))
        if len(jobs) >= (os.cpu_count() or 1) and jobs.pop(0).wait() != 0:
            sys.exit(f"{what} does not compile")
    if any(job.wait() != 0 for job in jobs):
        sys.exit(f"{what} does not compile")


def build_c(name, compiler, scratch):
    program = PROGRAMS[name]
    folder = source_folder(program.package)
    driver = program.compilers[compiler]
    sources = sorted(s for p in program.patterns for s in folder.glob(p))
    objects = [scratch / f"{source.stem}.o" for source in sources]
    run_all([[driver, *program.flags, "-g", "-fPIC", "-w", f"-I{folder}", "-c", source, "-o", out]
             for source, out in zip(sources, objects)], f"{name} with {driver}", folder)
    out = scratch / "linked"
    subprocess.run([driver, "-shared", *objects, "-o", out, "-lpthread"], check=True)
    return out


def crate_root(package, crate):
    return next(source_folder(package).glob(f"usr/share/cargo/registry/{crate}-*/src/lib.rs"))


def build_rust(scratch):
    package, crate = NEEDED_CRATE
    run_all([["rustc", *RUST_FLAGS, "--crate-name", crate, "--out-dir", scratch, crate_root(package, crate)]],
            crate, scratch)
    needed = f"{crate}={scratch}/lib{crate}.rlib"
    package, crate = CRATE
    run_all([["rustc", *RUST_FLAGS, "--crate-name", crate, "--emit", "obj", "--out-dir", scratch,
              "--extern", needed, crate_root(package, crate)]], crate, scratch)
    return scratch / f"{crate}.o"


def kept(build, name, compiler, recipe, make):
    """The file that `make(scratch)` builds, built again only when `recipe` changes."""
    folder = pathlib.Path(build).resolve() / "tests" / "audited"
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]
    out = folder / f"{name}-{compiler}-{key}"
    with open(folder / f"{name}-{compiler}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                make(pathlib.Path(scratch)).rename(out)
    return out


def built(build, name, compiler):
    program = PROGRAMS[name]
    recipe = [text_of([program.compilers[compiler], "--version"]), program.patterns, program.flags]
    return kept(build, name, compiler, recipe, lambda scratch: build_c(name, compiler, scratch))


def rust_version():
    """As `rustc-1.95`: what is compiled changes with each."""
    return "rustc-" + re.match(r"rustc (\d+\.\d+)", text_of(["rustc", "--version"]))[1]


def built_rust(build):
    return kept(build, CRATE[1], "rustc", [text_of(["rustc", "--version"]), RUST_FLAGS], build_rust)
