"""What a run is known by: a short hash of its parameters, one of the program, and the parameters as YAML.

Two runs with equal hashes and an equal seed give the same results. Nothing is computed from results here.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any, Final

from sim.config.parts import Part
from sim.config.tree import plain

WITHOUT_EFFECT: Final = ("experiment.workers", "experiment.engine")
"""Parameters that change how long a run takes and nothing in its results: left out of the hash."""

_LENGTH: Final = 12


def config_hash(parameters: Part) -> str:
    """Return 12 hexadecimal digits that name the resolved parameters.

    Ways of writing the same value (``0.5`` and ``{"2014-01-01": 0.5}``, ``42`` and ``"6 weeks"``) give one
    hash, and neither the number of workers nor the engine counts: both engines give the same results.
    """
    tree = plain(parameters)
    for path in WITHOUT_EFFECT:
        branch = tree
        *above, last = path.split(".")
        for name in above:
            branch = branch.get(name, {})
        branch.pop(last, None)
    text = json.dumps(_canonical(tree), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def source_hash(package: Path | None = None) -> str:
    """Return 12 hexadecimal digits that name the program: every Python file below ``sim``."""
    root = package or Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py"), key=lambda one: one.relative_to(root).as_posix()):
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(root).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:_LENGTH]


def to_yaml(parameters: Part) -> str:
    """Return the resolved parameters as YAML that reads back to the same parameters."""
    import yaml

    return yaml.safe_dump(_simple(plain(parameters)), sort_keys=False, allow_unicode=True, width=110)


def _canonical(value: Any) -> Any:
    """Return the value with infinity as a word, since JSON has no sign for it."""
    if isinstance(value, dict):
        return {name: _canonical(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_canonical(part) for part in value]
    return "infinite" if isinstance(value, float) and math.isinf(value) else value


def _simple(value: Any) -> Any:
    """Return the value with whole floats as integers, as people write them."""
    if isinstance(value, dict):
        return {name: _simple(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_simple(part) for part in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
