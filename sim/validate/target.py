"""What a published target is, and the reading of one folder of them.

A target is one published number with what it counts: period, date, definition, denominator, unit, source and
confidence. Its role says what it may be used for, and is that of the folder it lies in. This module opens the
folder it is given and no other; which folders there are is known to `fitted` (one) and `record` (all).

References
----------
Each figure names its source; `configs/evidence/published/sources.csv` holds title, publisher and address.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sim.errors import SimError

Role = Literal["fitted", "blind_only", "predicted"]
ROLES: Final[tuple[Role, ...]] = ("fitted", "blind_only", "predicted")
ROLE_WORDS: Final[dict[str, str]] = {
    "fitted": "fitted: it was fed to the model or set a parameter",
    "blind_only": "blind only: it set an input of 2023 or later, so it tests the blind projections alone",
    "predicted": "predicted: it set no parameter",
}
UNITS: Final = ("people", "decisions", "days", "share", "ratio")
COUNTS: Final[dict[str, str]] = {
    "same": "the same thing",
    "lower_bound": "a part of what the model counts, so a lower bound",
    "other_group": "the same of another group of people",
}
"""What a published figure counts, beside the quantity of the model that it is compared with."""
CONFIDENCES: Final = ("published", "derived", "recalled")
COUNT_TOLERANCE: Final = 0.05
"""How far a simulated range of counts is widened on either side before a figure counts as missed."""
WAIT_TOLERANCE: Final = 0.15
"""The same for days, shares and ratios."""

_SERIES_KEYS: Final = frozenset(
    {
        "title",
        "series",
        "unit",
        "definition",
        "denominator",
        "note",
        "source",
        "confidence",
        "counts",
        "values",
    }
)
_VALUE_KEYS: Final = frozenset({"value", "as_of", "source", "confidence", "note"})


@dataclass(frozen=True)
class Target:
    """One published number.

    Attributes
    ----------
    id : str
        ``cg_backlog:2019Q4``: the series of figures and the period.
    title : str
    series : str
        Under which name a run stores its quantity of the same definition.
    period : str
        ``2019``, ``2019Q4``, ``2019/20`` (a year from July, or from April where the definition says so), a
        day, or ``2018 to 2020``.
    value : float
        In `unit`.
    unit : {"people", "decisions", "days", "share", "ratio"}
    as_of, definition, denominator, note : str
        In words; the last two may be empty.
    source, address : str
        Key of the publication, and where it is.
    confidence : {"published", "derived", "recalled"}
    role : {"fitted", "blind_only", "predicted"}
    counts : {"same", "lower_bound", "other_group"}
        What it counts beside the model's quantity.
    """

    id: str
    title: str
    series: str
    period: str
    value: float
    unit: str
    as_of: str
    definition: str
    denominator: str
    note: str
    source: str
    address: str
    confidence: str
    role: Role
    counts: str = "same"

    @property
    def group(self) -> str:
        """The id without its period."""
        return self.id.partition(":")[0]

    @property
    def tolerance(self) -> float:
        """The share by which a simulated range is widened on either side: unmodelled error of definition."""
        return COUNT_TOLERANCE if self.unit in ("people", "decisions") else WAIT_TOLERANCE


def targets_folder() -> Path:
    """Return the folder whose sub-folders are the roles."""
    return Path(__file__).with_name("targets")


def read_role(role: Role) -> tuple[Target, ...]:
    """Return the targets of one role, opening that role's folder only.

    Raises
    ------
    SimError
        If a file cannot be read, or holds what a target cannot have; file and entry are named.
    """
    folder = targets_folder() / role
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise SimError(f"There are no targets in {folder}; allowed: one file or more, *.yaml")
    addresses = _addresses()
    found = [target for file in files for target in _read_file(file, role, addresses)]
    ids = [target.id for target in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise SimError(f"targets/{role}: {', '.join(twice)} given twice; allowed: each target once")
    return tuple(found)


def _addresses() -> dict[str, str]:
    from sim.config.places import data_dir

    path = data_dir("configs") / "evidence" / "published" / "sources.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["key"]: row["address"] for row in csv.DictReader(file)}
    except OSError as error:
        raise SimError(f"The sources of the targets cannot be read: {path}: {error.strerror}") from error


def _read_file(path: Path, role: Role, addresses: Mapping[str, str]) -> Iterator[Target]:
    import yaml

    where = f"targets/{role}/{path.name}"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SimError(f"{where} cannot be read: {error}") from error
    if not isinstance(content, dict) or set(content) != {"role", "targets"}:
        raise SimError(f"{where} must hold exactly `role` and `targets`")
    if content["role"] != role:
        raise SimError(
            f"{where}: role = {content['role']!r}, but it lies in the folder {role}; allowed here: {role}. "
            "A target's role is that of its folder, so that fitting code never opens the others"
        )
    for name, entry in content["targets"].items():
        yield from _read_series(f"{where}, {name}", str(name), entry, role, addresses)


def _read_series(
    where: str, name: str, entry: Any, role: Role, addresses: Mapping[str, str]
) -> Iterator[Target]:
    if not isinstance(entry, dict):
        raise SimError(f"{where} must be a mapping")
    _only(where, entry, _SERIES_KEYS)
    for key in ("title", "series", "unit", "definition", "source", "confidence", "values"):
        if not entry.get(key):
            raise SimError(f"{where}: {key} is missing; every target has one")
    counts = entry.get("counts", "same")
    if counts not in COUNTS:
        raise SimError(f"{where}: counts = {counts!r}; allowed: {', '.join(COUNTS)}")
    if not isinstance(entry["values"], dict):
        raise SimError(f"{where}: values must be a number, or a mapping with `value`, by period")
    for period, given in entry["values"].items():
        at = f"{where}, {period}"
        one = given if isinstance(given, dict) else {"value": given}
        _only(at, one, _VALUE_KEYS)
        value = one.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SimError(f"{at}: value = {value!r}; allowed: a number")
        told = {"source": entry["source"], "confidence": entry["confidence"], "unit": entry["unit"]} | one
        for key, allowed in (
            ("source", sorted(addresses)),
            ("confidence", CONFIDENCES),
            ("unit", UNITS),
        ):
            if told[key] not in allowed:
                raise SimError(f"{at}: {key} = {told[key]!r}; allowed: {', '.join(allowed)}")
        if entry["unit"] == "share" and not 0 <= value <= 1:
            raise SimError(f"{at}: value = {value}; allowed: a share from 0 to 1")
        yield Target(
            id=f"{name}:{period}",
            title=entry["title"],
            series=entry["series"],
            period=str(period),
            value=float(value),
            unit=entry["unit"],
            as_of=str(one.get("as_of", period)),
            definition=entry["definition"],
            denominator=entry.get("denominator", ""),
            note="; ".join(text for text in (entry.get("note", ""), one.get("note", "")) if text),
            source=told["source"],
            address=addresses[told["source"]],
            confidence=told["confidence"],
            role=role,
            counts=counts,
        )


def _only(where: str, given: Mapping[str, Any], allowed: frozenset[str]) -> None:
    from sim.config.mistakes import did_you_mean, nearest

    for key in given:
        if key not in allowed:
            hint = did_you_mean(nearest(str(key), sorted(allowed))) or "."
            raise SimError(f"{where}: {key!r} is unknown{hint} Allowed: {', '.join(sorted(allowed))}")
