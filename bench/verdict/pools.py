"""The record of each trial, kept as data: one small compressed file each."""
import json
import lzma
import pathlib
import subprocess
import tempfile

from .builds import ASMFORGE
from .holdout import FOLDER

POOLS = FOLDER / "pools"
MICROSECOND = 6  # digits; a run of ten milliseconds is not that repeatable
TIMES = ("value", "cpu_seconds", "wall_seconds", "waited_seconds")


def path_of(trial):
    return POOLS / f"{trial.name}.json.xz"


def turned(content):
    """The same with the runs as a list of columns, or of rows again: columns of like numbers
    are smaller by a third when compressed."""
    record = content.get("record")
    if not record or "runs" not in record:  # a soak has none
        return content
    return {**content, "record": {**record, "runs": [list(column) for column in zip(*record["runs"])]}}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(turned(content), separators=(",", ":")).encode()
    partial = path.with_suffix(".partial")
    partial.write_bytes(lzma.compress(text, preset=9))
    partial.rename(path)


def read(path):
    return turned(json.loads(lzma.decompress(path.read_bytes())))


def rounded(record):
    """The same record with times to a microsecond, which is half the size."""
    columns = [i for i, name in enumerate(record["run_fields"]) if name in TIMES]
    for row in record["runs"]:
        for i in columns:
            row[i] = round(row[i], MICROSECOND)
    return record


def decided_again(record):
    """What today's rules say of a record: the program's own --json of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "record.json"
        path.write_text(json.dumps(record))
        done = subprocess.run([ASMFORGE, "ab", "--replay", path, "--json"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"ab --replay ended with {done.returncode}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout)
