#!/usr/bin/env python3
"""What the audit leaves out of real programs is left out for a reason.

A naive enumerator (tests/support/naive_candidates.py) lists each innermost loop that a check
might report. A loop that asmforge does not report needs a row in
tests/data/audit/candidates.txt, judged: `left` names the rule of the check's page
that leaves it out, and the enumerator must see that rule too; `missed` is a true one that we
know we miss; `false` is none. A loop without a row fails, and so does a row without a loop.

    audit_recall_test.py --asmforge BUILT_PROGRAM --build BUILD [--print]

--print writes the rows of what has none, to be judged.
"""
import argparse
import collections
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests" / "support"))
import audited_programs  # noqa: E402
import naive_candidates  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
parser.add_argument("--print", action="store_true", dest="show")
options = parser.parse_args()

TABLE = root / "tests/data/audit/candidates.txt"
LABELS = root / "tests/data/audit/labels.txt"
VERDICTS = ("left", "missed", "false")
FEWEST_FUNCTIONS = 500


def judged():
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        program, compiler, key, count, verdict, rule, _ = line.split(maxsplit=6)
        if verdict not in VERDICTS or (program, compiler, key, rule) in rows:
            sys.exit(f"{TABLE.name}: one row a key, with a verdict of {', '.join(VERDICTS)}: {line}")
        if verdict == "left" and rule == "none":
            sys.exit(f"{TABLE.name}: no rule leaves this out: {line}")
        rows[program, compiler, key, rule] = (int(count), verdict)
    return rows


def precision():
    """From the labels that audit_labels_test holds against what is reported."""
    tally = collections.Counter()
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            _, _, key, count, _, verdict, _ = line.split(maxsplit=6)
            tally[key.split(":")[0], verdict] += int(count)
    return tally


def builds():
    for program, recipe in audited_programs.PROGRAMS.items():
        for compiler in recipe.compilers:
            yield program, compiler, audited_programs.built(options.build, program, compiler)
    yield audited_programs.CRATE[1], audited_programs.rust_version(), audited_programs.built_rust(options.build)


table = judged()
known_compilers = {(program, compiler) for program, compiler, _, _ in table}
functions = loops = 0
reported = collections.Counter()
unreported, texts = collections.Counter(), {}
for program, compiler, path in builds():
    seen_functions, seen_loops, rows = naive_candidates.candidate_rows(options.asmforge, path)
    functions, loops = functions + seen_functions, loops + seen_loops
    print(f"{program} {compiler}: {seen_functions} functions with loops, {seen_loops} innermost loops, "
          f"{len(rows)} with candidates", flush=True)
    if (program, compiler) not in known_compilers and compiler.startswith("rustc") and not options.show:
        print("  this compiler's output was never judged: not compared")
        continue
    findings = {(f["check"], f["function"]["number"], f["loop"]["loop"])
                for f in naive_candidates.answer(options.asmforge, "audit", "--json", "--all", path)["findings"]}
    for row in rows:
        if (row["check"], row["number"], row["loop"]) in findings:
            reported[row["check"]] += 1
            continue
        function = re.sub(r"17h[0-9a-f]{16}E$", "", row["function"])
        key = (program, compiler, f"{row['check']}:{function}:{row['line']}", row["rule"])
        unreported[key] += 1
        texts.setdefault(key, []).extend(row["texts"])

wrong = []
for key in sorted(set(unreported) | {k for k in table if k[:2] in {u[:2] for u in unreported}}):
    count = table.get(key, (0, ""))[0]
    if unreported[key] == count:
        continue
    wrong.append(f"{' '.join(key)}: {unreported[key]} not reported, {count} judged")
    if options.show:
        program, compiler, name, rule = key
        print(f"{program} {compiler} {name} {unreported[key]} {'left' if rule != 'none' else '?'} {rule}  "
              f"# {'; '.join(texts.get(key, []))}")
outcome = collections.Counter()
for key, (count, verdict) in table.items():
    outcome[key[2].split(":")[0], verdict] += count
labels = precision()
print(f"{functions} functions with loops, {loops} innermost loops")
for check in (naive_candidates.BOUNDS, naive_candidates.DIVIDE, naive_candidates.LOAD):
    found, missed = reported[check], outcome[check, "missed"]
    true, false = labels[check, "true"], labels[check, "false"]
    print(f"{check}: {found} loops reported, {missed} missed: recall {found / max(found + missed, 1):.1%} "
          f"if all reported ones are true; "
          f"{outcome[check, 'left']} left out by a rule, {outcome[check, 'false']} false; "
          f"labelled findings: {true} true, {false} false")
print("\n".join(wrong) or f"{sum(unreported.values())} loops that are not reported, each judged")
if functions < FEWEST_FUNCTIONS:
    wrong.append(f"only {functions} functions with loops")
sys.exit(bool(wrong))
