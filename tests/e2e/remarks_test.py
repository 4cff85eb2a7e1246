#!/usr/bin/env python3
"""`audit --remarks`: what clang said of a finding's loop is quoted, and nothing that it said of another."""
import argparse
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402
from sarif_document import problems  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
asmforge = pathlib.Path(parser.parse_args().asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name).resolve()
runner = Runner([str(asmforge)], folder, timeout=240)
failures = runner.failures

KERNELS = """struct S { int count; int value; unsigned char *buffer; };
extern int other(int);

void fill(struct S *s) {
  for (int i = 0; i < s->count; i++)
    s->buffer[i] = (unsigned char)s->value;
}

static inline void scale(unsigned *values, long count, unsigned divisor) {
  for (long i = 0; i < count; i++)
    values[i] /= divisor;
}

unsigned neighbours(unsigned *values, long count, unsigned divisor, int *p) {
  unsigned total = 0;
  for (long i = 0; i < count; i++)
    total += other(p[i]);
  for (long i = 0; i < count; i++)
    values[i] /= divisor;
  return total;
}

void once(unsigned *values, long count, unsigned divisor) {
  scale(values, count, divisor);
}

void twice(unsigned *left, unsigned *right, long count, unsigned divisor) {
  scale(left, count, divisor);
  scale(right, count, divisor + 1);
}
"""


def expect(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: {found}, not {wanted}")


def compile_c(name, text, *flags, where=folder):
    (where / f"{name}.c").write_text(text)
    subprocess.run(["clang-19", "-O2", "-fno-unroll-loops", "-fsave-optimization-record", *flags, "-c", f"{name}.c",
                    "-o", f"{name}.o"], cwd=where, check=True)
    return where / f"{name}.opt.yaml"


def audit(*words, status=0):
    """The document's totals of remarks, and by function the texts that are quoted."""
    document = json.loads(runner.run("audit", "--json", *words, status=status))
    said = {}
    for finding in document["findings"]:
        said.setdefault(finding["function"]["name"], []).extend(
            (remark["pass"], remark["message"], remark["line"]) for remark in finding["remarks"])
    return document["files"][0]["remarks"], said


def texts(said, function):
    return " | ".join(f"{name}: {text}" for name, text, _ in said.get(function, [("", "(no finding)", 0)]))


def demand(what, text, *parts, without=()):
    for part in parts:
        if part not in text:
            failures.append(f"{what}: no '{part}' in {text}")
    for part in without:
        if part in text:
            failures.append(f"{what}: '{part}' in {text}")


def printed(*words):
    """What is printed, without its lines' ends: paragraphs are wrapped."""
    return " ".join(runner.run("audit", *words, status=0).split())


# ---- hits, and near misses ----
remarks = compile_c("kernels", KERNELS, "-g")
documents = remarks.read_text().count("\n--- ") + 1
totals, said = audit("kernels.o", "--remarks", "kernels.opt.yaml")
expect("remarks", sum(totals[name] for name in ("joined", "elsewhere", "ambiguous", "unreadable")), documents)
expect("unreadable", (totals["files"], totals["unreadable"], totals["notes"]), (1, 0, []))
demand("fill", texts(said, "fill"),
       "licm: failed to move load with loop-invariant address because the loop may invalidate its value",
       "gvn: load of type ptr not eliminated because it is clobbered by store in line 6",
       "loop-vectorize: loop not vectorized: could not determine number of loop iterations",
       "loop-vectorize: loop not vectorized: cannot identify array bounds")
expect("'not vectorized' once more without a reason", [text for _, text, _ in said["fill"] if text == "loop not vectorized"], [])
demand("the loop beside it", texts(said, "neighbours"), "vectorization is not beneficial",
       without=("call instruction", "other will not be inlined", "interleaving", "gvn"))
expect("its line", {line for _, _, line in said["neighbours"]}, {18})
demand("inlined", texts(said, "once"), "loop-vectorize: the cost-model indicates that vectorization is not beneficial")
expect("its line in the other function", {line for _, _, line in said["once"]}, {10})
expect("inlined twice", said.get("twice"), [])
if totals["ambiguous"] < 2:
    failures.append(f"inlined twice is not ambiguous: {totals}")

# A remark is of another loop once its line, its function or its file is another.
text = remarks.read_text()
joined = totals["joined"]
for what, old, new in (("line", "Line: 18, Column: 3 }", "Line: 16, Column: 3 }"),
                       ("function", "Function:        neighbours", "Function:        neighbourly"),
                       ("file", "File: kernels.c,", "File: colonels.c,")):
    if old not in text:
        failures.append(f"no '{old}' in what clang writes")
    (folder / "moved.yaml").write_text(text.replace(old, new))
    moved_totals, moved = audit("kernels.o", "--remarks", "moved.yaml")
    demand(f"another {what}", texts(moved, "neighbours"), without=("not beneficial",))
    if moved_totals["joined"] >= joined:
        failures.append(f"another {what}: as many are joined: {moved_totals}")

# ---- what is printed ----
demand("text", printed("kernels.o", "fill", "--remarks", "kernels.opt.yaml"),
       " compiler failed to move load with loop-invariant address", "(loop-vectorize, kernels.c:5)",
       f"of {documents} in 1 file are of findings; ")
plain = runner.run("audit", "kernels.o", status=0)
demand("without --remarks", plain, without=("    compiler  ", "\nremarks "))
demand("without --remarks", runner.run("audit", "kernels.o", "--json", status=0), without=('"remarks"',))
found, run = problems(runner.run("audit", "kernels.o", "fill", "--remarks", "kernels.opt.yaml", "--sarif", status=0))
failures.extend(found)
related = [(one["message"]["text"], one["physicalLocation"]["region"]["startLine"])
           for one in run["results"][0]["relatedLocations"] if "region" in one["physicalLocation"]]
demand("SARIF", str(related), "the compiler: loop not vectorized: could not determine number of loop iterations (loop-vectorize)', 5")
expect("SARIF's notes", [note["message"]["text"].split(";")[0].split(" in ")[1] for note in
                         run["invocations"][0]["toolExecutionNotifications"] if note["descriptor"]["id"] == "remarks"],
       ["1 file are of findings"])

# ---- a source, compiled as its remarks were ----
_, source = audit("kernels.c", "--remarks", "kernels.opt.yaml", "--", "clang-19", "-O2", "-fno-unroll-loops")
demand("a source", texts(source, "fill"), "licm: failed to move load")

# ---- two functions of one name, two files about one function ----
STATIC = """struct S { int count; int value; unsigned char *buffer; };
%s__attribute__((noinline)) static void walk(struct S *s) {
  for (int i = 0; i < s->count; i++) s->buffer[i] = (unsigned char)s->value;
}
void %s(struct S *s) { walk(s); }
"""
pair = folder / "pair"
pair.mkdir()
for name in ("first", "second"):
    compile_c(name, STATIC % ("", name), "-g", where=pair)
subprocess.run(["ld.lld-19", "-shared", "-o", "both.so", "first.o", "second.o"], cwd=pair, check=True)
document = json.loads(runner.run("audit", "pair/both.so", "--remarks", "pair", "--json", status=0))
expect("one name in two files", sorted((finding["source"]["file"], {r["file"] for r in finding["remarks"]})
                                       for finding in document["findings"]),
       [("first.c", {"first.c"}), ("second.c", {"second.c"})])
expect("archive", subprocess.run(["llvm-ar-19", "rc", "both.a", "first.o", "second.o"], cwd=pair, check=True).returncode, 0)
document = json.loads(runner.run("audit", "pair/both.a", "--remarks", "pair", "--json", status=0))
expect("members", sorted((finding["member"], {r["file"] for r in finding["remarks"]}) for finding in document["findings"]),
       [("first.o", {"first.c"}), ("second.o", {"second.c"})])
expect("totals of all members", [("remarks" in file) for file in document["files"]], [True, False])

header = folder / "header"
header.mkdir()
(header / "walk.h").write_text((STATIC % ("", "unused")).rsplit("void", 1)[0])
for name in ("first", "second"):
    compile_c(name, '#include "walk.h"\nvoid %s(struct S *s) { walk(s); }\n' % name, "-g", where=header)
subprocess.run(["ld.lld-19", "-shared", "-o", "both.so", "first.o", "second.o"], cwd=header, check=True)
totals, said = audit("header/both.so", "--remarks", "header")
expect("one function of a header, compiled twice", (said["walk"], totals["joined"], totals["ambiguous"] > 0), ([], 0, True))

(folder / "differs.yaml").write_text(text.replace("could not determine number", "could determine the number"))
totals, said = audit("kernels.o", "--remarks", "kernels.opt.yaml", "--remarks", "differs.yaml")
demand("files that differ", texts(said, "fill"), "licm: failed to move load", without=("loop-vectorize",))
(folder / "vectorized.yaml").write_text("--- !Passed\nPass: loop-vectorize\nName: Vectorized\nDebugLoc: { File: kernels.c, "
                                        "Line: 5, Column: 3 }\nFunction: fill\nArgs:\n  - String: vectorized loop\n...\n")
totals, said = audit("kernels.o", "--remarks", "kernels.opt.yaml", "--remarks", "vectorized.yaml")
demand("a file that says it was vectorized", texts(said, "fill"), "licm: failed to move load", without=("loop-vectorize",))
totals, said = audit("kernels.o", "--remarks", "kernels.opt.yaml", "--remarks", "./kernels.opt.yaml")
expect("a file that is named twice", totals["files"], 1)

# ---- broken documents, and what is no file of remarks ----
(folder / "broken.yaml").write_text("--- !Missed\nPass: gvn\n" + text + "--- !Missed\nPass: 'open\n")
totals, said = audit("kernels.o", "--remarks", "broken.yaml")
expect("broken documents", (totals["unreadable"], totals["joined"]), (2, joined))
demand("their note", totals["notes"][0], f"2 of {documents + 2} remarks of broken.yaml could not be read, the first at line 3: ")
(folder / "empty.yaml").write_text("")
(folder / "nothing").mkdir()
(folder / "nothing/config.yaml").write_text("a: b\n")
(folder / "garbage").write_bytes(bytes(range(256)) * 100)
(folder / "gcc.json.gz").write_bytes(gzip.compress(b"[]"))
(folder / "bits").write_bytes(b"RMRK\0\0\0")
for path, words in (("missing.yaml", "missing.yaml: there is no such file"),
                    ("nothing", "nothing: no file of remarks (*.opt.yaml) is in this folder"),
                    ("garbage", "garbage: holds no remarks"),
                    ("gcc.json.gz", "gcc.json.gz: is compressed, as gcc's remarks are, which are not read"),
                    ("bits", "llvm-remarkutil bitstream2yaml"),
                    ("kernels.o", "kernels.o: holds no remarks")):
    runner.run("audit", "kernels.o", "--remarks", path, status=2, err=words)
demand("empty", printed("kernels.o", "--remarks", "empty.yaml"), "remarks 0 of 0 in 1 file are of findings")
mixed = folder / "mixed"
mixed.mkdir()
(mixed / "a.opt.yaml").write_bytes(bytes(range(256)))
(mixed / "b.opt.yaml").write_text(text)
totals, said = audit("kernels.o", "--remarks", "mixed")
expect("a folder with one that is none", (totals["files"], totals["unreadable"], totals["joined"]), (1, 1, joined))
demand("its note", totals["notes"][0], "a.opt.yaml: holds no remarks")
compile_c("bare", KERNELS)
subprocess.run(["llvm-strip-19", "--strip-debug", "bare.o"], cwd=folder, check=True)
demand("no lines", printed("bare.o", "--remarks", "bare.opt.yaml"), "remarks 0 of ",
       "were they written when this very program was built?",
       "bare.o has no source lines to join remarks by: build with -g")

print("\n".join(failures) or "remarks ok")
sys.exit(bool(failures))
