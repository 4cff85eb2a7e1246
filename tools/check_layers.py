#!/usr/bin/env python3
"""Fails when a room under src/ includes a room it may not know about, or when
LLVM's MC, MCA, Object or DebugInfo headers are used outside src/mc."""
import pathlib
import re
import sys

ALLOWED = {
    "core": set(),
    "base": {"core"},
    "isa": {"core", "base"},
    "graph": {"core", "base", "isa"},
    "mc": {"core", "base", "isa", "graph"},
    "collect": {"core", "base", "isa", "graph", "mc"},
    "measure": {"core", "base", "isa", "graph", "mc"},
    "audit": {"core", "base", "isa", "graph", "mc", "collect"},
    "transform": {"core", "base"},
    "plan": {"core", "base", "isa", "graph", "mc", "collect", "audit", "transform"},
    "verdict": {"core", "base", "isa", "graph", "mc", "collect", "measure"},
    "soak": {"core", "base", "isa", "graph", "mc", "collect", "measure"},
    "forge": {"core", "base", "isa", "graph", "mc", "collect", "measure", "audit", "plan", "verdict"},
    "report": {"core", "base"},
    "cli": {"core", "base", "isa", "graph", "mc", "collect", "measure", "audit", "transform", "plan", "verdict", "soak", "forge", "report"},
}
INCLUDE = re.compile(r'\s*#\s*include\s+["<]([^/">]+)/')


def violations(root):
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".h", ".cc"}):
        room = path.relative_to(root).parts[0]
        if room not in ALLOWED:
            yield f"{path}: '{room}' is no room; add it to tools/check_layers.py"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            other = match.group(1)
            if other == "llvm" and room != "mc":
                yield f"{path}:{number}: only src/mc may include LLVM"
            if other in ALLOWED and other != room and other not in ALLOWED[room]:
                yield f"{path}:{number}: {room} may not include {other}"


found = list(violations(pathlib.Path(sys.argv[1])))
print("\n".join(found) or "layers ok")
sys.exit(bool(found))
