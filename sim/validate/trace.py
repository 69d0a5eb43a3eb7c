"""Which later input closes the gap: groups of inputs that can be given back to a blind projection one by one.

The groups share out everything in which the blind world differs from the reconstruction: with all of them
given back it is the reconstruction, to the last value, and a test holds it to that. Nothing is run here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.validate.known import OF_THE_RUN, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.config.schema import Parameters


@dataclass(frozen=True)
class Group:
    """Inputs that are given back together: a short name, a title, and where their paths begin."""

    name: str
    title: str
    begins: tuple[str, ...]


EVERYTHING_ELSE: Final = "else"
GROUPS: Final[tuple[Group, ...]] = (
    Group("referrals", "Referrals, and who is referred", ("people.",)),
    Group("rg_shares", "Shares positive at reasonable grounds", ("decisions.reasonable_grounds.positive.",)),
    Group("rg_desk", "Capacity and handling at reasonable grounds", ("decisions.reasonable_grounds.",)),
    Group("cg_capacity", "Conclusive capacity", ("decisions.conclusive_grounds.capacity",)),
    Group("cg_order", "Order of conclusive decisions", ("decisions.conclusive_grounds.discipline.",)),
    Group("cg_shares", "Shares positive at conclusive grounds", ("decisions.conclusive_grounds.positive.",)),
    Group(
        "closure",
        "Cases closed undecided or disqualified",
        ("decisions.conclusive_grounds.closure", "decisions.disq"),
    ),
    Group(EVERYTHING_ELSE, "Everything else (shortest wait, status, homes, services)", ("",)),
)


def group_of(path: str) -> Group:
    """Return the first group that a path belongs to."""
    return next(group for group in GROUPS if path.startswith(group.begins))


def given_back(blind: Parameters, actual: Parameters, names: Sequence[str]) -> Parameters:
    """Return the blind world with the inputs of these groups as they turned out.

    Raises
    ------
    SimError
        If a group is unknown.
    """
    from sim.config.schema import Parameters as Schema
    from sim.config.tree import leaves, plain

    known = [group.name for group in GROUPS]
    if unknown := [name for name in names if name not in known]:
        raise SimError(f"input group {unknown[0]!r} is unknown; allowed: {', '.join(known)}")
    tree: Any = plain(blind)
    for path, value in leaves(actual):
        if not path.startswith(OF_THE_RUN) and group_of(path).name in names:
            put(tree, path, plain(value))
    return Schema.model_validate(tree)


def gap_closed(published: float, blind: float, with_it: float) -> float:
    """The share of the gap between published and blind that an input closes: 1 all, negative if it widens.

    Examples
    --------
    >>> gap_closed(100.0, 60.0, 90.0)
    0.75
    """
    gap = abs(blind - published)
    return 1.0 - abs(with_it - published) / gap if gap else 0.0
