#!/usr/bin/env python3
"""./dev bench [NAME ...]: runs the benches named, or all; each is a file of this folder with a run()."""
import importlib
import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(folder))
from harness import print_rows, write_record  # noqa: E402

known = sorted(p.stem for p in folder.glob("*.py") if p.stem not in {"run", "harness"})
wanted = sys.argv[1:] or known
unknown = [name for name in wanted if name not in known]
if unknown:
    sys.exit(f"bench: there is no {', '.join(unknown)}; there are {', '.join(known)}")
missed = 0
for name in wanted:
    module = importlib.import_module(name)
    rows = module.run()
    print_rows(module.__doc__.strip().splitlines()[0], rows)
    write_record(name, rows)
    missed += sum(row.met is False for row in rows)
sys.exit(1 if missed else 0)
