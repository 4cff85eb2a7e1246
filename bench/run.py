#!/usr/bin/env python3
"""./dev bench [NAME ... [--OPTION ...]]: runs the benches named, or all; each is a file or a
folder of this folder with a run(). Options are for the last one named; a bench that takes some
is told them as a list, and returns None when it has only measured and has no table yet."""
import importlib
import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(folder))
from harness import print_rows, write_record  # noqa: E402

known = sorted({p.stem for p in folder.glob("*.py") if p.stem not in {"run", "harness"}} |
               {p.parent.name for p in folder.glob("*/__init__.py")})
options_from = next((i for i, word in enumerate(sys.argv) if word.startswith("--")), len(sys.argv))
wanted, options = sys.argv[1:options_from] or known, sys.argv[options_from:]
unknown = [name for name in wanted if name not in known]
if unknown:
    sys.exit(f"bench: there is no {', '.join(unknown)}; there are {', '.join(known)}")
missed = 0
for name in wanted:
    module = importlib.import_module(name)
    rows = module.run(options) if options and name == wanted[-1] else module.run()
    if rows is None:
        continue
    print_rows(module.__doc__.strip().splitlines()[0], rows)
    write_record(name, rows)
    missed += sum(row.met is False for row in rows)
sys.exit(1 if missed else 0)
