#!/usr/bin/env python3
"""Fetches a Debian source package for tests and benches, unpacked, into a cache outside the tree.

    tools/debian_source.py zstd                 prints the folder with the sources
    tools/debian_source.py librust-adler-dev    a Rust crate, whose binary package is its sources

Nothing of the system's own package lists is touched: a private sources file and
private lists are used. Exit 3 when the archive cannot be reached.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("ASMFORGE_CACHE", pathlib.Path.home() / ".cache" / "asmforge"))


class Unavailable(Exception):
    """The package archive does not answer or does not have the package."""


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} failed: {'; '.join(done.stderr.strip().splitlines())[:500] or 'no message'}")


def system_sources():
    """The system's own entries, with source packages asked for too."""
    entries = []
    for path in sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources")):
        text = path.read_text()
        if "debian" in text:
            entries.append(text.replace("Types: deb\n", "Types: deb deb-src\n"))
    lines = []
    for path in [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.list"))]:
        if path.exists():
            lines += [kind + line[len("deb "):] for kind in ("deb ", "deb-src ") for line in path.read_text().splitlines()
                      if line.startswith("deb ") and "debian" in line]
    return "\n\n".join(entries), "\n".join(lines)


def source(package):
    """The folder that holds the unpacked source of `package`."""
    folder = CACHE / "sources" / package
    if folder.exists():
        return folder
    stanzas, lines = system_sources()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        scratch = pathlib.Path(scratch)
        # apt drops its rights to fetch; it must be able to write here.
        scratch.chmod(0o755)
        parts = scratch / "sources.list.d"
        parts.mkdir()
        (parts / "debian.sources").write_text(stanzas)
        (scratch / "sources.list").write_text(lines + "\n")
        (scratch / "lists" / "partial").mkdir(parents=True)
        options = ["-o", f"Dir::Etc::sourcelist={scratch / 'sources.list'}", "-o", f"Dir::Etc::sourceparts={parts}",
                   "-o", f"Dir::State::Lists={scratch / 'lists'}", "-o", "APT::Sandbox::User=root"]
        run(["apt-get", *options, "update"])
        unpacked = scratch / "unpacked"
        unpacked.mkdir()
        if package.startswith("librust-"):
            run(["apt-get", *options, "download", package], cwd=scratch)
            run(["dpkg-deb", "-x", str(next(scratch.glob("*.deb"))), str(unpacked)])
        else:
            run(["apt-get", *options, "source", "--download-only", package], cwd=scratch)
            archives = [p for p in scratch.glob("*.orig.tar.*") if not p.name.endswith(".asc")]
            if not archives:
                raise Unavailable(f"the archive has no sources of {package}")
            run(["tar", "-xf", str(archives[0]), "-C", str(unpacked), "--strip-components=1"])
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            unpacked.rename(folder)
        except OSError:  # another test was quicker
            shutil.rmtree(unpacked, ignore_errors=True)
    return folder


if __name__ == "__main__":
    try:
        print(source(sys.argv[1]))
    except Unavailable as reason:
        print(f"debian_source: {sys.argv[1]}: {reason}", file=sys.stderr)
        sys.exit(3)
