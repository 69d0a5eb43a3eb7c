"""From tables read to a parameter overlay: dated values with their source, the difference to what is shipped.

Only inputs that the tables state are set; what follows from them (projections, order, closures) stays. The
overlay is written twice: as YAML to be read, with shipped and fitted values side by side, and as overrides to
be given to any command. Both are checked by composing them before anything is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.fit.nrm_tables import AGES, Quarters

if TYPE_CHECKING:
    from sim.config.schema import Parameters

_STAGES: Final = {"rg": "reasonable_grounds", "cg": "conclusive_grounds"}
_CAPACITY_FROM: Final = date(2023, 1, 1)
"""Before this day reasonable grounds capacity did not bind, so decisions say nothing about it."""
CLOSE: Final = 5e-4
"""Differences below this are not listed: shipped shares have four decimals."""

Changes = dict[str, dict[str, float | str]]
"""By parameter path, then by first day."""


@dataclass(frozen=True)
class Overlay:
    """What a file says about the parameters.

    Attributes
    ----------
    file, sha256 : str
    changes : dict
        Values by path and first day; a date rather than dated values stands under the empty day.
    notes : list of str
        What was left out or has to be kept in mind.
    """

    file: str
    sha256: str
    changes: Changes
    notes: list[str] = field(default_factory=list)

    def overrides(self) -> list[str]:
        """The changes as overrides, one a path."""
        found = []
        for path, told in self.changes.items():
            if "" in told:
                found.append(f"{path}={told['']}")
            else:
                inside = ",".join(f"{day}:{value}" for day, value in told.items())
                found.append(f"{path}={{{inside}}}")
        return found


def from_tables(tables: Mapping[str, Quarters], path: Path, until: date | None = None) -> Overlay:
    """The overlay of quarterly tables.

    Parameters
    ----------
    tables : mapping
        By name (``referrals``, ``rg``, ``cg``, ``dtn``), those that were read.
    path : Path
        The file they come from.
    until : date, optional
        Quarters that begin after this day are left out.
    """
    changes: Changes = {}
    notes: list[str] = []
    cut = {name: _until(told, until) for name, told in tables.items()}
    kept = {name: rows for name, rows in cut.items() if rows}
    for age in AGES if "referrals" in kept else ():
        rows = kept["referrals"]
        changes[f"people.arrivals.published.{age}"] = {
            _day(q): row[f"{age}_total"] for q, row in rows.items()
        }
    if "dtn" in kept:
        changes["people.arrivals.declined"] = {_day(q): row["all_total"] for q, row in kept["dtn"].items()}
    for stage, branch in _STAGES.items():
        if stage in kept:
            changes |= _decisions(stage, f"decisions.{branch}", kept[stage], notes)
    if referrals := kept.get("referrals"):
        _projection(max(referrals), changes, notes)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Overlay(path.name, digest, {name: told for name, told in changes.items() if told}, notes)


def _decisions(stage: str, branch: str, rows: Quarters, notes: list[str]) -> Changes:
    from sim.config.compose import baseline
    from sim.config.tree import leaves

    shipped: date = dict(leaves(baseline()))[f"{branch}.positive.overall_from"]
    changes: Changes = {}
    for age in AGES:
        told: dict[str, float | str] = {}
        for quarter, row in rows.items():
            total = row[f"{age}_positive"] + row[f"{age}_negative"]
            if total:
                told[_day(quarter)] = round(row[f"{age}_positive"] / total, 4)
        changes[f"{branch}.positive.{age}"] = told
    binds = {
        _day(quarter): row["all_total"]
        for quarter, row in rows.items()
        if stage == "cg" or date.fromisoformat(_day(quarter)) >= _CAPACITY_FROM
    }
    changes[f"{branch}.capacity_per_quarter"] = dict(binds)
    following = _after(max(rows))
    if date.fromisoformat(following) > shipped:
        changes[f"{branch}.positive.overall_from"] = {"": following}
        notes.append(
            f"{branch}.positive.overall_from is {following}: shares by age are known until then, so the "
            "shares of all ages that were shipped for those quarters are not used."
        )
    return changes


def _projection(last: str, changes: Changes, notes: list[str]) -> None:
    from sim.config.compose import baseline

    following = _after(last)
    shipped = baseline().people.arrivals.projection_from
    if date.fromisoformat(following) > shipped:
        changes["people.arrivals.projection_from"] = {"": following}
        notes.append(
            f"people.arrivals.projection_from is {following}, the day after the last published quarter; "
            "projected_per_quarter and the shares stay as shipped and now hold from that day."
        )


def add_handling(overlay: Overlay, found: Mapping[str, tuple[float, float, int]]) -> None:
    """Add the handling time of the years without a queue; say why later ones are not used."""
    branch = "decisions.reasonable_grounds"
    for first, (median, sigma, count) in found.items():
        if date.fromisoformat(first) < _CAPACITY_FROM:
            overlay.changes[f"{branch}.handling_median_days"] = {first: round(median, 2)}
            overlay.changes[f"{branch}.handling_sigma"] = {first: round(sigma, 3)}
        else:
            overlay.notes.append(
                f"From {first} on, {count:,} cases waited {median:g} days at the median (sigma "
                f"{sigma:.2f}). That is "
                "not fitted: the desk had a queue from 2023 on, so the wait is not the handling time."
            )


def check(overlay: Overlay, overrides: tuple[str, ...] = ()) -> Parameters:
    """Compose the overlay over what is shipped.

    Raises
    ------
    SimError
        If nothing was read, or what was read makes no sound configuration.
    """
    from sim.config.compose import baseline

    if not overlay.changes:
        raise SimError(f"{overlay.file}: nothing to fit is left; allowed: one quarter or more")
    return baseline((*overrides, *overlay.overrides()))


def differences(overlay: Overlay) -> dict[str, list[dict[str, Any]]]:
    """By path, every day on which a fitted value differs from the one that is shipped for it."""
    from sim.config.compose import baseline
    from sim.config.tree import leaves
    from sim.config.values import Dated

    shipped = dict(leaves(baseline()))
    found: dict[str, list[dict[str, Any]]] = {}
    for path, told in overlay.changes.items():
        now = shipped[path]
        rows = []
        for day, value in told.items():
            old: Any = now.at(date.fromisoformat(day)) if isinstance(now, Dated) else str(now)
            same = old == value if isinstance(value, str) else abs(float(old) - value) <= CLOSE
            if not same:
                rows.append({"from": day or "always", "shipped": old, "fitted": value})
        if rows:
            found[path] = rows
    return found


def write(overlay: Overlay, target: Path) -> tuple[Path, Path]:
    """Write the overlay as YAML, and beside it the overrides; both whole or not at all.

    Returns
    -------
    (Path, Path)
        The YAML file, and the overrides: ``xargs -a FILE cliffedge run`` uses them.

    Raises
    ------
    SimError
        If the overlay is not sound or a file cannot be written.
    """
    import os

    import yaml

    check(overlay)
    content = {
        "source": {
            "file": overlay.file,
            "sha256": overlay.sha256,
            "publisher": "Home Office (say so in the evidence register, with the date of the release)",
        },
        "notes": overlay.notes,
        "changes": {path: told[""] if "" in told else dict(told) for path, told in overlay.changes.items()},
        "differences_from_shipped": differences(overlay),
    }
    lines = target.with_suffix(".overrides")
    texts = {
        target: yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110),
        lines: "".join(f"{one}\n" for one in overlay.overrides()),
    }
    for path, text in texts.items():
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
            os.replace(unfinished, path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise SimError(f"{path} cannot be written: {error.strerror or error}") from error
    return target, lines


def _until(rows: Quarters, until: date | None) -> Quarters:
    return {
        q: row for q, row in sorted(rows.items()) if until is None or date.fromisoformat(_day(q)) <= until
    }


def _day(quarter: str) -> str:
    """The first day of a quarter.

    Examples
    --------
    >>> _day("2024Q3")
    '2024-07-01'
    """
    return f"{quarter[:4]}-{3 * int(quarter[-1]) - 2:02d}-01"


def _after(quarter: str) -> str:
    year, part = int(quarter[:4]), int(quarter[-1])
    return f"{year + 1}-01-01" if part == 4 else f"{year}-{3 * part + 1:02d}-01"
