"""What stands already in the place of a result: the result itself, a damaged one, or another version's.

And what a command that was killed has left beside it. The store replaces or puts aside what it is told to.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sim.errors import SimError
from sim.experiment.result import MANIFEST, load
from sim.experiment.tables import TABLES_OF


def why_not(path: Path) -> str:
    """Why no finished result that can be read stands there; empty if one does."""
    try:
        result = load(path)
        result.verify()
    except SimError as error:
        return str(error)
    made_as = str(result.manifest.get("run_id"))
    return "" if made_as == path.name else f"{path} holds the result {made_as}, under another name."


def put_aside(target: Path) -> Path | None:
    """Where a result that another version finished under this name is kept; None if there is none."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        version, complete = manifest["schema_version"], manifest["complete"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if complete is not True or type(version) is not int or version in TABLES_OF:
        return None
    aside = target.with_name(f"{target.name}.schema-{version}")
    return None if aside.exists() else aside


def replacing(target: Path, why: str, aside: Path | None) -> str:
    """What is said before something that stands in the place of a result is made again."""
    kept = f"What another version made is kept as {aside}." if aside else f"It replaces {target}."
    return f"What stands there is not this result, so it is made again. {kept} {why}"


def clear_away(target: Path) -> None:
    """Remove what a command that was killed left half-made beside a result; for whoever holds its lock."""
    for left in ("partial", "replaced"):
        for leftover in target.parent.glob(f"{target.name}.{left}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
