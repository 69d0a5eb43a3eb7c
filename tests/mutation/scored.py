"""What became of the mutants of a room, in figures: the share noticed, its interval.

Mutants listed in ``equivalent_rooms.yaml`` make no difference to anything the program is for, each with the
reason. They count as not noticed in the first figure and are left out of the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tests.mutation.operators import Mutant

EQUIVALENT: Final = Path(__file__).with_name("equivalent_rooms.yaml")
NEVER_ENDED: Final = "it never came to an end"


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: the test that noticed it (None: none did), and how many were tried."""

    mutant: Mutant
    noticed_by: str | None
    tried: int


def equivalent(room: str) -> dict[str, str]:
    """The mutants of a room that make no difference, by name, with the reason."""
    told = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or {}
    return {str(name): str(reason) for name, reason in (told.get(room) or {}).items()}


def interval(noticed: int, tried: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share.

    References
    ----------
    Wilson, E. B. (1927). Probable inference. Journal of the American Statistical Association 22, 209-212.
    """
    if not tried:
        return 0.0, 1.0
    z, share = 1.959963984540054, noticed / tried
    middle = (share + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z * (share * (1 - share) / tried + z * z / (4 * tried * tried)) ** 0.5 / (1 + z * z / tried)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(noticed: int, tried: int, every: int, seed: int) -> str:
    said = f"{noticed} of {tried} mutants noticed, {noticed / tried if tried else 0.0:.1%}"
    if tried < every:
        low, high = interval(noticed, tried)
        said += f" (a sample of {every}, seed {seed}; 95% interval {low:.1%} to {high:.1%})"
    return said


def summary(room: str, fates: Sequence[Fate], every: int, seed: int) -> list[str]:
    """The score in words: in all, without the equivalent ones, those that never ended, by operator and file.

    Parameters
    ----------
    room : str
    fates : sequence of Fate
    every : int
        Mutants in the room, of which these may be a sample.
    seed : int
        What the sample was drawn with.
    """
    known = equivalent(room)
    noticed = sum(fate.noticed_by is not None for fate in fates)
    said = [f"{room}: {_share(noticed, len(fates), every, seed)}"]
    listed = [fate for fate in fates if fate.mutant.name in known]
    same = sum(fate.noticed_by is None for fate in listed)
    rest = _share(noticed, len(fates) - same, every, seed)
    said.append(f"  without {same} that make no difference (equivalent_rooms.yaml): {rest}")
    endless = sum(fate.noticed_by == NEVER_ENDED for fate in fates)
    said.append(f"  noticed only because they never came to an end: {endless}")
    said += [
        f"  equivalent_rooms.yaml, {fate.mutant.name}: is noticed by {fate.noticed_by}; take it off the list"
        for fate in listed
        if fate.noticed_by is not None
    ]
    for about in ("operator", "file"):
        tried: Counter[str] = Counter()
        dead: Counter[str] = Counter()
        for fate in fates:
            key = fate.mutant.operator if about == "operator" else fate.mutant.file.name
            tried[key] += 1
            dead[key] += fate.noticed_by is not None
        said += [f"  {key}: {dead[key]} of {number}" for key, number in sorted(tried.items())]
    return said
