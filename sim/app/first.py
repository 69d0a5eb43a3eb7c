"""What is run first, so that an answer with its range is there within seconds, and by whom.

The first answer varies the few assumptions that bear most on what the options change, the next one all.
Each world has a seat: the worker that keeps its history at hand. Nothing is run here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

ROUNDS: Final[tuple[tuple[str, ...], ...]] = (
    ("experiment.replications=2", "experiment.coupling_replications=0"),
    ("experiment.replications=2", "experiment.coupling_replications=0"),
    ("experiment.replications=8", "experiment.coupling_replications=0"),
    (),
)
"""What each round adds to the request; the last is what the command line runs."""
NO_BAND: Final = "experiment.band_replications=0"
ASSUMPTIONS: Final = 2
"""How many assumptions the first answer varies."""
ENTRIES: Final = {
    "housing.": ("applies_to_council", "priority_need_today", "asylum_pending"),
    "support.": ("post_cg_stay", "safehouse_places", "asylum_pending"),
}
"""Which those are, by what an option changes."""
OTHERWISE: Final = ("asylum_pending", "post_cg_stay", "applies_to_council")
"""Which those are where it changes neither."""
AHEAD: Final = (
    "experiment.options=[priority_need]",
    "experiment.replications=2",
    "experiment.coupling_replications=0",
)
"""The comparison whose runs of today's rules are run ahead; they are the same under every option."""
HISTORIES: Final = 16
"""How many worlds that comparison has: two runs, and each assumption low and high."""


def first_entries(paths: Iterable[str], band: Iterable[str]) -> list[str]:
    """The assumptions that the first answer varies: those that bear most on what the options change.

    Examples
    --------
    >>> first_entries(["housing.priority_need.confirmed_survivors"], ["asylum_pending", "post_cg_stay"])
    ['asylum_pending', 'post_cg_stay']
    """
    known, changed = list(band), list(paths)
    wanted = [entries for of, entries in ENTRIES.items() if any(path.startswith(of) for path in changed)]
    order = [name for rank in zip(*(wanted or [OTHERWISE]), strict=True) for name in rank if name in known]
    return list(dict.fromkeys([*order, *known]))[:ASSUMPTIONS]


def seat(world: str, replication: int) -> int:
    """Which worker keeps the history of a unit, counted round: equal worlds always have the same.

    Examples
    --------
    >>> seat("central", 1), seat("asylum_pending:low", 0) % 2, seat("asylum_pending:high", 0) % 2
    (1, 0, 1)
    """
    entry, _, side = world.partition(":")
    return replication + (2 * zlib.crc32(entry.encode()) + (side == "high") if side else 0)


def sets_band(overrides: Iterable[str]) -> bool:
    """Whether these overrides leave the assumption band on."""
    return NO_BAND not in overrides
