#!/usr/bin/env python3
"""Every edge that real programs execute is in our control-flow graphs.

Programs of Debian and programs compiled here, for AArch64 too, run under QEMU with edge_trace.c, which
writes each pair (end of a block, start of the next) that ran; graph_facts holds them
against the graphs of the whole file. What the graph cannot have (signals, longjmp) is
printed one by one, and so is each jump that the graph itself marks unresolved. A program that is not installed is named, not silently left out.

    executed_edges_test.py --build BUILD [--full]     --full: more programs, minutes
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True, type=pathlib.Path)
parser.add_argument("--full", action="store_true")
options = parser.parse_args()
FACTS = options.build / "tests" / "graph_facts"
PLUGIN = options.build / "tests" / "edge_trace.so"
DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "validation"
SHELL = 'i=0; f() { case $1 in *7) echo seven;; [0-3]*) : ;; *) return 1;; esac; }; ' \
        'while [ $i -lt 40 ]; do f $i || x=${x}y; i=$((i+1)); done; ' \
        'for w in {a..e}{1..4}; do a[${#a[@]}]=$w; done; printf "%s\\n" "${a[@]/b/c}" | { read v; echo "$v"; }; ' \
        'trap "echo out" EXIT; echo $((3**4 % 7)) ${x:2:3} $(echo sub) >/dev/null'
PERL = 'my %h; for my $w (split /\\W+/, join " ", ("the quick brown fox") x 50) { $h{$w}++ } ' \
       'print join(",", map { "$_=$h{$_}" } sort keys %h), "\\n"; my $s = "a1b22c333"; ' \
       '$s =~ s/(\\d+)/<$1>/g; eval { die "x" }; printf "%s %.3f %s\\n", $s, 2**0.5, $@; print sort { $a <=> $b } map { $_ % 7 } 1..50'


# What is missing and known to be, by program: text of the lines, and why.
KNOWN = {
    "/usr/bin/zstd": (("runs code that is in no function",
                       "hand-written decoder loops (huf_decompress_amd64.S) without symbol or unwind "
                       "information, called through a pointer only"),),
    # The C library of AArch64, which is in the program.
    ".aarch64": (("(_start): a call to what is not known as a function",
                  "crt1.o has main's wrapper inside _start, as a symbol that is no function"),
                 ("(_setjmp) -> .*(__sigsetjmp): a jump into the middle",
                  "setjmp.S jumps past the first instruction of __sigsetjmp"),
                 ("(__longjmp) -> .*(main): a jump into the middle", "longjmp comes back in setjmp's caller")),
}


def known(binary, line):
    """Why this line of graph_facts is expected, or None."""
    for pattern, why in KNOWN.get(binary) or KNOWN.get(pathlib.Path(binary).suffix, ()):
        if all(part in line for part in pattern.split(".*")):
            return why
    return None


def run(command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, timeout=600, check=False, **more)


def compiled(folder):
    """Programs made here: (label, path)."""
    for compiler in ("gcc", "clang-19"):
        for flags in (["-O2"], ["-O3", "-march=x86-64-v3"], ["-O2", "-fno-pie", "-no-pie"], ["-Os", "-fcf-protection=full"]):
            path = folder / f"control_flow.{compiler}{''.join(flags)}".replace("=", "")
            yield path, [compiler, *flags, "-w", "-o", path, DATA / "control_flow.c"]
    # Linked statically, so that the C library is in it, hand-written parts and all.
    for compiler in (["aarch64-linux-gnu-gcc"], ["clang-19", "--target=aarch64-linux-gnu", "-fuse-ld=lld"]):
        for flags in (["-O2"], ["-Os"], ["-O2", "-mbranch-protection=standard"]):
            path = folder / f"control_flow.{compiler[0]}{flags[0]}{len(flags)}.aarch64"
            yield path, [*compiler, *flags, "-w", "-static", "-o", path, DATA / "control_flow.c"]
    for compiler in ("g++", "clang++-19"):
        for flags in (["-O2"], ["-O3", "-static-libstdc++"]):
            path = folder / f"exceptions.{compiler}{''.join(flags)}".replace("=", "")
            yield path, [compiler, "-std=c++17", *flags, "-o", path, DATA / "exceptions.cc"]
    for level in ("2", "3"):
        path = folder / f"matching.rustc-O{level}"
        yield path, ["rustc", "--edition", "2021", "-C", f"opt-level={level}", "-o", path, DATA / "matching.rs"]


def workloads(folder, text):
    packed = {name: folder / f"packed.{name}" for name in ("gz", "zst", "xz")}
    yield "/bin/bash", [["/bin/bash", "--norc", "-c", SHELL]]
    yield "/usr/bin/sort", [["/usr/bin/sort", "-k2", "-n", "-u", text], ["/usr/bin/sort", "-R", text]]
    yield "/usr/bin/grep", [["/usr/bin/grep", "-nE", "(a|b)+[^c]{2,3}x?", text], ["/usr/bin/grep", "-ciF", "the", text]]
    yield "/usr/bin/gzip", [["/usr/bin/gzip", "-kc", text], ["/usr/bin/gzip", "-dc", packed["gz"]]]
    yield "/usr/bin/sed", [["/usr/bin/sed", "-E", "s/([a-z]+) ([a-z]+)/\\2 \\1/g;/^$/d;$!N", text]]
    yield "/usr/bin/perl", [["/usr/bin/perl", "-e", PERL]]
    if options.full:
        yield "/usr/bin/zstd", [["/usr/bin/zstd", "-q", "-c", "-19", text], ["/usr/bin/zstd", "-dqc", packed["zst"]]]
        yield "/usr/bin/xz", [["/usr/bin/xz", "-kc", text], ["/usr/bin/xz", "-dc", packed["xz"]]]
        yield "/usr/bin/python3", [["/usr/bin/python3", "-I", "-c",
            "import json,re,collections\nd={str(i):[i]*3 for i in range(99)}\nprint(len(re.findall('[0-9]+',json.dumps(d))))\n"
            "try:\n  1/0\nexcept ZeroDivisionError as e: print(e)\nprint(sorted(collections.Counter('hello world').items()))"]]
        yield "/usr/bin/tar", [["/usr/bin/tar", "-cf", folder / "x.tar", "-C", "/etc", "passwd"]]
        yield "/usr/bin/awk", [["/usr/bin/awk", "{c[$1]+=NR; gsub(/a+/,\"b\")} END{for(k in c) if (c[k]%3) n++; print n, length($0), sprintf(\"%05.2f\", n)}", text]]
        yield "/usr/bin/find", [["/usr/bin/find", "/etc", "-maxdepth", "2", "-name", "*.conf", "-size", "+1k"]]
        yield "/usr/bin/as", [["/usr/bin/as", "-o", folder / "x.o", folder / "x.s"]]
        yield "/usr/bin/openssl", [["/usr/bin/openssl", "dgst", "-sha3-256", text]]


def trace(binary, commands, folder):
    """Runs the commands and returns the files with executed edges."""
    target = pathlib.Path(binary).resolve()
    out = folder / "edges"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for command in commands:
        emulator = "qemu-aarch64" if target.suffix == ".aarch64" else "qemu-x86_64"
        run([emulator, "-plugin", f"{PLUGIN},module={target},out={out}", target, *command[1:]],
            stdin=subprocess.DEVNULL)
    return target, sorted(out.iterdir())


def main():
    if shutil.which("qemu-x86_64") is None:
        sys.exit("qemu-x86_64 is missing: ./dev setup installs it")
    failed, programs = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "text"
        words = "the loop of a block and its edges leave the table abba bax cabbage".split()
        text.write_text("\n".join(" ".join(words[(i * j) % len(words)] + str(i * 7919 % 97) for j in range(1, 9))
                                  for i in range(400)))
        for tool, suffix in (("gzip", "gz"), ("zstd", "zst"), ("xz", "xz")):
            if shutil.which(tool):
                (folder / f"packed.{suffix}").write_bytes(run([tool, "-c", text]).stdout)
        run(["gcc", "-O1", "-S", "-w", "-o", folder / "x.s", DATA / "control_flow.c"])
        work = []
        for path, command in compiled(folder):
            done = run(command)
            if done.returncode != 0:
                failed.append(str(path))
                print(f"{' '.join(map(str, command))}: {done.stderr.decode()}")
                continue
            work.append((str(path), [[path, "one", "twenty-two"]]))
        work += list(workloads(folder, text))
        for binary, commands in work:
            if not pathlib.Path(binary).exists():
                print(f"{binary}: not installed here, not checked")
                continue
            target, edges = trace(binary, commands, folder)
            if not edges:
                failed.append(binary)
                print(f"{binary}: nothing was traced")
                continue
            done = run([FACTS, "edges", target, *edges])
            print(done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"), end="", flush=True)
            programs += 1
            if done.returncode == 0:
                continue
            reasons = [known(binary, line)
                       for line in done.stdout.decode(errors="replace").splitlines() if "MISSING" in line]
            if reasons and all(reasons):
                for why in sorted(set(reasons)):
                    print(f"  known: {why}")
            else:
                failed.append(binary)
    print(f"{programs} programs, {len(failed)} with executed edges that are missing: {', '.join(failed)}")
    return 1 if failed or programs < 10 else 0


sys.exit(main())
