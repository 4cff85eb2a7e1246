"""Projects in git, made of a Debian package's sources, a program of one's own that runs them, a
Makefile, and an asmforge.toml.

A recipe is a table of a TOML file:

    package, sources, without            of tools/debian_source.py; files by pattern
    include, headers                     folders, and files by pattern that are no *.h beside the sources
    make                                 commands that make `sources` in a copy of the package
    crates                               "PACKAGE CRATE" each, Rust's own in Debian, in the order of need
    configured                           files that configuring the package would write
    edits                                {file, old, new}: texts that are replaced, each found once
    patch                                a unified diff, from bench/
    compiler, flags, definitions, libraries, make_lines
    program, arguments                   the main program's file, from bench/, and how it is run
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from git_project import GitProject

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

BENCH = ROOT / "bench"
TEXT = BENCH / "verdict/programs/text.h"
# As asmforge writes a source position: "lib/lz4.c:2113".
FRAME = re.compile(r"([^\s:(),]+):(\d+)")


class Unusable(Exception):
    """The project cannot be made of this recipe here; the reason is the text."""


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@contextlib.contextmanager
def locked(path):
    with open(path, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made(package, commands):
    """A copy of the package in which these commands were run, kept for the next time."""
    key = hashlib.sha256(repr(commands).encode()).hexdigest()[:12]
    kept = debian_source.CACHE / "made" / f"{package}-{key}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with locked(kept.with_suffix(".lock")):
        if kept.exists():
            return kept
        with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
            tree = pathlib.Path(scratch) / "tree"
            shutil.copytree(debian_source.source(package), tree, symlinks=True)
            for command in commands:
                done = subprocess.run(command, shell=True, cwd=tree, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise Unusable(f"{package}: {command}: {done.stderr.strip()[-500:]}")
            tree.rename(kept)
    return kept


def copy_c_sources(recipe, project):
    """The files that are compiled, from the project's folder; headers come with their folders."""
    package = recipe["package"]
    origin = made(package, recipe["make"]) if "make" in recipe else debian_source.source(package)
    without = {file for pattern in recipe.get("without", ()) for file in origin.glob(pattern)}
    sources = sorted({file for pattern in recipe["sources"] for file in origin.glob(pattern)} - without)
    if not sources:
        raise Unusable(f"{package} has none of {', '.join(recipe['sources'])}")
    folders = {file.parent for file in sources} | {origin / name for name in recipe.get("include", ())}
    headers = {header for folder in folders for header in folder.glob("*.h")}
    headers.update(header for pattern in recipe.get("headers", ()) for header in origin.glob(pattern))
    for file in sorted({*sources, *headers}):
        copy(file, project.folder / file.relative_to(origin))
    return [str(file.relative_to(origin)) for file in sources]


def copy_crates(recipe, project):
    """The roots of the crates, in the order of need."""
    roots = {}
    for line in recipe.get("crates", ()):
        package, crate = line.split()
        root = next(debian_source.source(package).glob(f"usr/share/cargo/registry/{crate}-*/src"))
        shutil.copytree(root, project.folder / crate / "src")
        roots[crate] = f"{crate}/src/lib.rs"
    return roots


def c_makefile(recipe, sources, program):
    folders = [".", *recipe.get("include", ())]
    definitions = " ".join([*map(shlex.quote, recipe.get("definitions", ())), *(f"-I{folder}" for folder in folders)])
    objects = " ".join(str(pathlib.Path(source).with_suffix(".o")) for source in [*sources, program])
    return "\n".join([f"CC = {recipe['compiler']}", f"CPPFLAGS = {definitions}",
                      f"CFLAGS = {' '.join(recipe['flags'])} -g -w -ffunction-sections",
                      f"OBJECTS = {objects}", "",
                      "tool: $(OBJECTS)", f"\t$(CC) $(CFLAGS) -o tool $(OBJECTS) {' '.join(recipe.get('libraries', ()))}",
                      "%.o: %.c", "\t$(CC) $(CPPFLAGS) $(CFLAGS) $(LEFT) -c -o $@ $<",
                      *recipe.get("make_lines", ())]) + "\n"


def rust_makefile(recipe, roots, program):
    flags = " ".join(["--edition", "2021", "-L", ".", "-g", "-C", "codegen-units=1", "--cap-lints", "allow", *recipe["flags"]])
    lines, externs = [f"RUSTFLAGS = {flags}", "", "tool:"], ""
    for crate, root in roots.items():
        lines.append(f"\trustc $(RUSTFLAGS) --crate-type rlib --crate-name {crate} --cfg 'feature=\"with-alloc\"'{externs} {root}")
        externs += f" --extern {crate}=lib{crate}.rlib"
    lines.append(f"\trustc $(RUSTFLAGS) --crate-name tool{externs} -o tool {program}")
    return "\n".join(lines) + "\n"


def edit(project, change):
    path = project.folder / change["file"]
    text = path.read_text(errors="surrogateescape")
    if text.count(change["old"]) != 1:
        raise Unusable(f"{change['file']} has {text.count(change['old'])} of {change['old']!r}, where one is replaced")
    path.write_text(text.replace(change["old"], change["new"]), errors="surrogateescape")


def source_project(folder, recipe, settings=""):
    """The committed project in `folder`, which is there and empty. `settings` ends its asmforge.toml."""
    project = GitProject(folder)
    rust = recipe["compiler"] == "rustc"
    name = pathlib.Path(recipe["program"]).name
    copy(BENCH / recipe["program"], folder / name)
    if rust:
        makefile = rust_makefile(recipe, copy_crates(recipe, project), name)
    else:
        copy(TEXT, folder / "text.h")
        sources = copy_c_sources(recipe, project) if "package" in recipe else []
        makefile = c_makefile(recipe, sources, name)
    project.write("Makefile", makefile)
    project.write(".gitignore", "*.o\n*.rlib\n/tool\n")
    command = " ".join(["./tool", *recipe.get("arguments", ())])
    project.write("asmforge.toml", f"[project]\nbuild = 'make -s -j{os.cpu_count() or 1}'\nbinaries = ['tool']\n\n"
                                   f"[[workload]]\nname = 'run'\ncommand = '{command}'\n{settings}")
    for file, text in recipe.get("configured", {}).items():
        project.write(file, text)
    for change in recipe.get("edits", ()):
        edit(project, change)
    if "patch" in recipe:
        done = subprocess.run(["git", "apply", str(BENCH / recipe["patch"])], cwd=folder, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Unusable(f"{recipe['patch']}: {done.stderr.strip()}")
    project.git("init", "-q", ".")
    project.commit("made of a Debian package" if "package" in recipe or "crates" in recipe else "written down")
    return project


class Place:
    """Lines of a file of the project: from where `first` to where `last` stands, both looked for after
    `within`; the whole file without these."""

    def __init__(self, folder, where):
        self.file = where["file"]
        self.first, self.last = 1, sys.maxsize
        if "within" not in where:
            return
        text = (folder / self.file).read_text(errors="replace")
        try:
            start = text.index(where["first"], text.index(where["within"]) + len(where["within"]))
            end = text.index(where["last"], start + len(where["first"]))
        except ValueError:
            raise Unusable(f"{self.file} has no lines from {where['first']!r} to {where['last']!r}") from None
        self.first, self.last = (text.count("\n", 0, at) + 1 for at in (start, end))

    def __str__(self):
        return f"{self.file}:{self.first}-{self.last}" if self.last != sys.maxsize else self.file

    def holds(self, source):
        """Whether a frame of a source position lies here; files of which the compiler was told
        the whole path are written without their folders."""
        return any(self.first <= int(line) <= self.last and
                   (file == self.file or self.file.endswith(f"/{file}") or file.endswith(f"/{self.file}"))
                   for file, line in FRAME.findall(source or ""))
