#!/usr/bin/env python3
"""`asmforge ab` on small real programs: gates, messages, exit statuses, exact metrics.

Nothing here depends on how long anything takes: no verdict that rests on time is
asserted."""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()
asmforge = pathlib.Path(options.asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name)
runner = Runner([str(asmforge), "ab"], folder, timeout=120)
run, failures = runner.run, runner.failures


def script(name, text):
    path = folder / name
    path.write_text("#!/bin/sh\n" + text + "\n")
    path.chmod(0o755)
    return f"./{name}"


def counted(name, turns, data=0):
    """1 + 2 * turns + 3 instructions, whatever `data` is."""
    source = folder / f"{name}.s"
    source.write_text(f".globl _start\n_start: mov ${turns}, %ecx\n1: dec %ecx\n jnz 1b\n"
                      f" mov $60, %eax\n xor %edi, %edi\n syscall\n.data\n.quad {data}\n")
    subprocess.run(["clang-19", "-nostdlib", "-static", "-o", folder / name, source], check=True)
    return f"./{name}"


# ---- the same ----
before = counted("before", 1000)
(folder / "copy").write_bytes((folder / "before").read_bytes())
(folder / "copy").chmod(0o755)
run(before, "copy", status=0, out="SAME identical")
run(before, "copy", "--gate", "no-worse", status=0, out="SAME identical")

# ---- exact counts ----
after = counted("after", 1500)
exact = ["--metric", "instructions"]
run(before, after, *exact, status=1, out=["REVERT slower", "2004 -> 3004 instructions (+1000)"])
run(after, before, *exact, status=0, out=["ACCEPT improved", "3004 -> 2004 instructions (-1000)"])
run(before, counted("data", 1000, 7), *exact, status=0, out=["SAME equal counts", "2004 instructions in both"])

# ---- as predicted? ----
def calls_in_loop(name, attribute, divisor):
    """Calls `work` in a loop, or does its work there."""
    (folder / "calls.c").write_text(
        f"__attribute__(({attribute})) static unsigned work(unsigned x) {{ return x * 31 / {divisor}; }}\n"
        "__attribute__((noinline)) unsigned turns(unsigned n) { unsigned s = 0;\n"
        "for (unsigned i = 0; i < n; i++) s = work(s ^ i); return s; }\n"
        "int main(int argc, char** argv) { return turns(argc * 1000) == 1; }\n")
    subprocess.run(["clang-19", "-O1", "-g", "-o", folder / name, folder / "calls.c"], check=True)
    return f"./{name}"


called = calls_in_loop("called", "noinline", 7)
inlined = calls_in_loop("inlined", "always_inline", 7)
inside = "calls(turns, loop 0 at calls.c:3): 1 -> 0"
run(called, inlined, *exact, "--expect", inside, status=0, out=["ACCEPT improved", f"predicted: {inside}: true"])
run(called, inlined, *exact, "--expect", "calls(turns): 1 -> < 1", status=0, out="predicted: calls(turns): 1 -> < 1: true")
run(called, inlined, *exact, "--expect", "calls(turns): 1 -> 1", status=1,
    out=["SUSPICIOUS side effect", "predicted: calls(turns): 1 -> 1: false, the build after has 0"])
run(called, inlined, *exact, "--expect", "instructions(work): 1 -> 0", status=2,
    err="--expect 'instructions(work): 1 -> 0': the build before has ")
run(called, inlined, *exact, "--expect", "calls(turns, loop 4): 1 -> 0", status=2,
    err="the build before has no such loop; see 'asmforge audit ./called'")
run(called, inlined, *exact, "--expect", "calls(xyzzy): 1 -> 0", status=2, err="no function 'xyzzy'")
run(called, inlined, *exact, "--expect", "fewer calls", status=2,
    err="'fewer calls' is no prediction: it names no function; it reads METRIC(FUNCTION")

# ---- gates ----
one = script("one", "echo one")
two = script("two", "echo two; exit ${STATUS:-0}")
run(one, two, status=1, out=["REVERT output differs", "./two prints something else than ./one"])
run(one, script("crash", "echo one; kill -SEGV $$"), status=1,
    out=["REVERT output differs", "./crash was killed by SIGSEGV"])
run(one, two, "--check", "! grep -q two $PROGRAM", status=1, out=["REVERT output differs", "./two: the check"])
run(one, two, "--check", "false", status=2, err="./one: the check ended with status 1")
run(script("fails", "echo no such thing >&2; exit 4"), one, status=2,
    err="./fails ended with status 4 ('no such thing'); programs run in a clean environment")
run(script("pid", "echo $$"), one, status=2, err="./pid prints something else each time it runs; say how to judge")
run(script("hangs", "read line < /proc/self/fd/9 || /bin/sleep 100"), one, "--timeout", "0.5s", status=3,
    err="./hangs did not end within 0.5 s (--timeout); give it less to do, or more time")
run(script("slow", "/bin/sleep 0.3"), script("slower", "/bin/sleep 0.31"), "--budget", "2s", status=3,
    err=["./slow: a run takes ", "needs at least 40 of them; try --budget "])

run(one, two, "--expect", inside, status=2, err="./one")

# ---- a clean environment, and what is passed ----
needs = script("needs", "[ \"$NEEDED\" = yes ] || exit 1; echo v 5")
also = script("also", "[ \"$NEEDED\" = yes ] && echo v 5")
number = ["--metric", "regex:v ([0-9]+)", "--exact"]
environment = {**os.environ, "NEEDED": "yes"}
run(needs, also, *number, status=2, err="pass what it needs with --env NAME", env=environment)
run(needs, also, *number, "--env", "NEEDED", status=0, out="SAME equal counts: 5 in both", env=environment)
run(needs, also, *number, "--env", "NEEDED=yes", status=0, out="SAME equal counts")
run(needs, also, *number, "--env", "UNSET_VARIABLE", status=2, err="--env UNSET_VARIABLE: no such variable")
run(script("reads", "read line; echo $line"), script("reads2", "read line;  echo $line"), "--metric",
    "regex:(.*)", "--exact", "--input", "number", status=2, err="number: cannot be read: No such file")
(folder / "number").write_text("17\n")
run("./reads", "./reads2", "--metric", "regex:(.*)", "--exact", "--input", "number", status=0, out="17 in both")

# ---- metrics that cannot be read ----
run(one, two, "--metric", "regex:speed ([0-9]+)", status=2,
    err="./one: 'speed ([0-9]+)' matches nothing; its output begins with 'one'; mend the expression")
run(one, two, "--metric", "regex:(", status=2, err="'(' is no regular expression")
run(one, two, "--metric", "cycles", status=2, err="no metric 'cycles'; metrics are cpu, wall")
run(one, two, "--metric", "google-benchmark", status=2, err="no Google Benchmark JSON on standard output")

# ---- several workloads ----
says = script("says", "echo v $1")
says_also = script("says_also", "echo v  $1 | /usr/bin/tr -s ' '")
run(says, says_also, *number, "--workload", "small=1", "--workload", "large=2 3", status=0,
    out=["SAME equal counts", "small", "large", "1 in both", "2 in both"])
(folder / "suite.toml").write_text("[[workload]]\nname = 'small'\narguments = '1'\n\n"
                                   "[[workload]]\nname = 'large'\narguments = ['2', '3']\n")
run(says, says_also, *number, "--suite", "suite.toml", status=0, out=["1 in both", "2 in both"])
run(says, says_also, "--suite", "suite.toml", "--workload", "a=b", status=2, err="only one of")
run(says, says_also, "--workload", "a=b", "--workload", "a=c", status=2, err="two workloads are called 'a'")
run(says, says_also, "--workload", "a", status=2, err="workload 'a' is no NAME=ARGUMENTS")

# ---- what is no program or no option ----
run(one, "none", status=2, err="./none: there is no such file; check the path")
run(one, "suite.toml", status=2, err="./suite.toml: is not executable")
run(one, two, "--budget", "soon", status=2, err="'soon' is no time; write 90s, 2m or 1h")
run(one, two, "--floor", "5", status=2, err="'5' is no share")
run(one, two, "--gate", "faster", status=2, err="no gate 'faster'")
run(one, two, "--revert-build", "true", status=2, err="--revert-build needs --reverted")
run(one, two, "--reverted", "one", "--revert-build", "echo broken >&2; false", status=2,
    err="--revert-build ended with status 1: broken")

# ---- machines that allow less ----
run(says, says_also, *number, "--workload", "a=1", status=0, out="one processor only",
    preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
(folder / "refuse.c").write_text("#include <errno.h>\nint sched_setaffinity(int p, unsigned long n, const void* s)"
                                 " { errno = EPERM; return -1; }\n")
subprocess.run(["clang-19", "-shared", "-fPIC", "-o", folder / "refuse.so", folder / "refuse.c"], check=True)
run(says, says_also, *number, "--workload", "a=1", status=0, out="programs could not be held on one processor",
    env={**os.environ, "LD_PRELOAD": str(folder / "refuse.so")})

# ---- the record, and deciding on it again ----
def replayed(record, text, status):
    """The record holds all that the text says: it is printed again, word for word."""
    again = run("--replay", record, status=status)
    if again != text:
        failures.append(f"--replay {record} prints something else:\n{again}instead of:\n{text}")
    kept = json.loads((folder / record).read_text())
    if json.loads(run("--replay", record, "--json", status=status)) != kept:
        failures.append(f"--replay {record} --json is another record")
    return kept


kept = replayed("same.json", run(before, "copy", "--record", "same.json", status=0), 0)
if (kept["schema"], kept["verdict"], kept["reason"]) != ("asmforge/ab/1", "SAME", "identical"):
    failures.append(f"same.json: {kept}")
kept = replayed("exact.json", run(before, after, *exact, "--record", "exact.json", status=1), 1)
if [run_[kept["run_fields"].index("value")] for run_ in kept["runs"]].count(3004) != 2:
    failures.append(f"exact.json: {kept['runs']}")
if any(name not in kept for name in ("verdict", "reason", "workloads", "intrinsic", "natural", "expected",
                                     "minimum_detectable_effect")):
    failures.append(f"exact.json: {list(kept)}")
if any(len(build["content_hash"]) != 32 for build in kept["builds"]):
    failures.append(f"exact.json: {kept['builds']}")
printed = json.loads(run(before, after, *exact, "--json", "--record", "json.json", status=1))
if printed != json.loads((folder / "json.json").read_text()):
    failures.append("--json prints another record than --record writes")
timed = run(script("quick", "echo one"), script("quick2", "echo  one"), "--budget", "6s", "--record", "timed.json",
            "--gate", "no-worse", status=3)
kept = replayed("timed.json", timed, 3)
natural = kept["natural"]
if not natural or not 0 < natural["low"] <= natural["ratio"] <= natural["high"] or not 0 <= natural["p"] <= 1:
    failures.append(f"timed.json: {natural}")
if not kept["minimum_detectable_effect"] or len(kept["runs"]) < 40:
    failures.append(f"timed.json: {kept['minimum_detectable_effect']}, {len(kept['runs'])} runs")

text = (folder / "exact.json").read_text()
(folder / "cut.json").write_text(text[:-100])
(folder / "other.json").write_text(text.replace("asmforge/ab/1", "asmforge/ab/9"))
(folder / "says.json").write_text(text.replace('"verdict": "REVERT"', '"verdict": "ACCEPT"'))
run("--replay", "cut.json", status=2, err="cut.json: the JSON ends too early, in line")
run("--replay", "other.json", status=2, err="other.json: is of the schema asmforge/ab/9, and this version reads")
run("--replay", "says.json", status=1, out="REVERT slower", err="says.json says ACCEPT slower")
run("--replay", "suite.toml", status=2, err="suite.toml: ")
run("--replay", "none.json", status=2, err="none.json")
run("--replay", "exact.json", before, status=2, err="BEFORE excludes --replay")
run("--replay", "exact.json", "--seed", "1", status=2, err="--seed excludes --replay")
run(before, status=2, err="BEFORE and AFTER are needed")

# Said before anything runs: the programs are never started.
touches = script("touches", f"echo . >> {folder}/touched")
run(touches, script("touches2", f"echo . >>  {folder}/touched"), "--record", "none/x.json", status=2,
    err="none/x.json: cannot be written: No such file or directory")
if (folder / "touched").exists():
    failures.append("--record none/x.json was found out only after a run")

# ---- a program that breaks: what was measured until then is kept ----
breaks = script("breaks", f"echo . >> {folder}/turns; [ $(/usr/bin/wc -l < {folder}/turns) -lt 12 ] || exit 5")
run(breaks, script("holds", ":"), "--record", "broken.json", "--check", "true", status=2,
    err=["./breaks ended with status 5 in run", "what was measured until then is in broken.json"])
kept = json.loads((folder / "broken.json").read_text())
if "ended with status 5" not in kept["failure"] or len(kept["runs"]) < 5 or kept["verdict"] == "ACCEPT":
    failures.append(f"broken.json: {kept['failure']}, {len(kept['runs'])} runs, {kept['verdict']}")
run("--replay", "broken.json", status=3, out=["INVESTIGATE", "measuring ended before its time"])

# ---- asmforge is killed: what was measured until shortly before is kept ----
(folder / "killed.json").unlink(missing_ok=True)
lasting = [script("lasts", "/bin/sleep 0.05"), script("lasts2", "/bin/sleep  0.05")]
process = subprocess.Popen([str(asmforge), "ab", *lasting, "--budget", "100s", "--record", "killed.json"],
                           cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(600):
    if (folder / "killed.json").exists() or process.poll() is not None:
        break
    time.sleep(0.1)
process.kill()
process.wait()
kept = json.loads((folder / "killed.json").read_text())
if kept["failure"] != "asmforge was killed" or len(kept["runs"]) < 5 or kept["verdict"] in ("ACCEPT", "SAME"):
    failures.append(f"killed.json: {kept['failure']}, {len(kept['runs'])} runs, {kept['verdict']}")
run("--replay", "killed.json", status=3, out="measuring ended before its time: asmforge was killed")

# ---- samples that others took ----
(folder / "a.json").write_text(json.dumps([10 + i % 5 / 100 for i in range(40)]))
(folder / "b.json").write_text(json.dumps({"samples": [9 + i % 7 / 100 for i in range(40)]}))
sequential = ["SUSPICIOUS order effect: 9.9 % better", "Nothing shows that BEFORE and AFTER ran in turn",
              "40 samples", "the smallest effect that could have been seen"]
for more in ([], ["--no-layout"], ["--record", "foreign.json"]):
    told = run("--samples", "a.json", "b.json", *more, status=1, out=sequential)
replayed("foreign.json", told, 1)
run("--samples", "a.json", "b.json", "--no-layout", "--gate", "no-worse", status=3, out=sequential)
run("--samples", "a.json", "b.json", "--higher-is-better", status=1, out="11 % worse")
run("--samples", "a.json", "suite.toml", status=2, err="suite.toml: line 1 is not JSON")
run("--samples", "a.json", "exact.json", status=2, err="samples are [numbers], {\"samples\"")
run("--samples", "a.json", "b.json", "--budget", "1s", status=2, err="--budget excludes --samples")

# ---- Ctrl-C: what was measured is reported ----
marks = script("marks", f"echo . >> {folder}/marks.txt")
others = script("others", f"echo . >>  {folder}/marks.txt")
process = subprocess.Popen([str(asmforge), "ab", marks, others, "--budget", "100s", "--record", "cut_off.json"],
                           cwd=folder,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
while process.poll() is None and (not (folder / "marks.txt").exists()
                                  or len((folder / "marks.txt").read_text()) < 120):
    time.sleep(0.05)
process.send_signal(signal.SIGINT)
output, errors = process.communicate(timeout=60)
if process.returncode != 130 or "interrupted; this is what was measured until then" not in output:
    failures.append(f"Ctrl-C: status {process.returncode}\n{output}{errors}")
kept = json.loads((folder / "cut_off.json").read_text())
if not kept["interrupted"] or len(kept["runs"]) < 20:
    failures.append(f"Ctrl-C: interrupted {kept['interrupted']}, {len(kept['runs'])} runs")

print("\n".join(failures) or "ab ok")
sys.exit(bool(failures))
