"""What every document in SARIF must be, beyond the names in tests/data/sarif/emitted.schema.json."""
import json
import pathlib

import jsonschema

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[1] / "data/sarif/emitted.schema.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)


def objects(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def problems(text):
    """Of a document, a line each; its one run."""
    document = json.loads(text)
    found = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in VALIDATOR.iter_errors(document)]
    if found:
        return found, None
    run = document["runs"][0]
    driver, artifacts = run["tool"]["driver"], run["artifacts"]
    for result in run["results"]:
        if driver["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
            found.append(f"rule {result['ruleIndex']} is not {result['ruleId']}")
        if (result.get("kind", "fail") == "fail") == (result["level"] == "none"):
            found.append(f"{result.get('kind')} with level {result['level']}")  # section 3.27.10
        ids = [place["id"] for place in result.get("relatedLocations", [])]
        if ids != list(range(1, len(ids) + 1)):
            found.append(f"ids {ids}")
    # All or none (sections 3.27.23 and 3.27.24).
    for member in ("suppressions", "baselineState"):
        if len({member in result for result in run["results"]}) > 1:
            found.append(f"{member} only of some results")
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        kind = note["descriptor"]
        if driver["notifications"][kind["index"]]["id"] != kind["id"]:
            found.append(f"notification {kind}")
    for one in objects(run):
        place = one.get("artifactLocation")
        if place is not None:
            known = artifacts[place["index"]]["location"]
            if (known["uri"], known.get("uriBaseId")) != (place["uri"], place.get("uriBaseId")):
                found.append(f"artifact {place['index']} is {known}, not {place}")
            if place["uri"].startswith("file:") == ("uriBaseId" in place):
                if "parentIndex" not in artifacts[place["index"]]:
                    found.append(f"{place}: absolute with a base, or relative without one")
    for artifact in artifacts:
        if artifact.get("parentIndex", 0) >= len(artifacts):
            found.append(f"no parent: {artifact}")
    return found, run
