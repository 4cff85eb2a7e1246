"""Projects in git, made of a Debian package's sources, a program of one's own that runs them, a
Makefile, and an asmforge.toml.

A recipe is a table of a TOML file:

    package, sources, without, include   of tools/debian_source.py; files and folders by pattern
    make                                 commands that make `sources` in a copy of the package
    crates                               "PACKAGE CRATE" each, Rust's own in Debian, in the order of need
    edits                                {file, old, new}: texts that are replaced, each found once
    patch                                a unified diff, beside the program
    compiler, flags, libraries           one compiler for all
    program, arguments                   the main program's file beside the recipe, and how it is run
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from git_project import GitProject

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

TEXT = ROOT / "bench/verdict/programs/text.h"


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
    for file in sorted({*sources, *(header for folder in folders for header in folder.glob("*.h"))}):
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
    flags = " ".join(["-g", "-w", "-ffunction-sections", *recipe["flags"], "-I.",
                      *(f"-I{folder}" for folder in recipe.get("include", ()))])
    objects = " ".join(str(pathlib.Path(source).with_suffix(".o")) for source in [*sources, program])
    compiler = recipe["compiler"]
    return (f"tool: {objects}\n\t{compiler} {flags} -o tool {objects} {' '.join(recipe.get('libraries', ()))}\n"
            f"%.o: %.c\n\t{compiler} {flags} -c -o $@ $<\n")


def rust_makefile(recipe, roots, program):
    common = " ".join(["rustc", "--edition", "2021", "-g", "-C", "codegen-units=1", "--cap-lints", "allow",
                       *recipe["flags"]])
    lines, externs = ["tool:"], ""
    for crate, root in roots.items():
        lines.append(f"\t{common} --crate-type rlib --crate-name {crate} --cfg 'feature=\"with-alloc\"'{externs} {root}")
        externs += f" --extern {crate}=lib{crate}.rlib"
    lines.append(f"\t{common} --crate-name tool{externs} -o tool {program}")
    return "\n".join(lines) + "\n"


def edit(project, change):
    path = project.folder / change["file"]
    text = path.read_text(errors="surrogateescape")
    if text.count(change["old"]) != 1:
        raise Unusable(f"{change['file']} has {text.count(change['old'])} of {change['old']!r}, where one is replaced")
    path.write_text(text.replace(change["old"], change["new"]), errors="surrogateescape")


def source_project(folder, recipe, beside, settings=""):
    """The committed project in `folder`, which is there and empty. `settings` ends its asmforge.toml."""
    project = GitProject(folder)
    rust = recipe["compiler"] == "rustc"
    name = recipe.get("program", recipe["name"]) + (".rs" if rust else ".c")
    copy(beside / "programs" / name, folder / name)
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
    for change in recipe.get("edits", ()):
        edit(project, change)
    if "patch" in recipe:
        done = subprocess.run(["git", "apply", str(beside / recipe["patch"])], cwd=folder, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Unusable(f"{recipe['patch']}: {done.stderr.strip()}")
    project.git("init", "-q", ".")
    project.commit("made of a Debian package" if "package" in recipe or "crates" in recipe else "written down")
    return project
