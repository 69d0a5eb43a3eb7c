"""The sentences and cells in which a validation is told, at the terminal and on the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.validate.fluid import ORDERS
from sim.validate.target import ROLE_WORDS
from sim.validate.trace import GROUPS

if TYPE_CHECKING:
    from sim.validate.findings import Projection, Trace
    from sim.validate.score import Score, Summary

UNTESTED: Final = (
    "No published figure tests the time to anything after the conclusive decision: days to a home, to a "
    "return, to new exploitation. That part of the model rests on its inputs, whatever is hit here."
)
NOT_FORESIGHT: Final = (
    "A reconstruction: referrals, decision capacity and shares positive are inputs up to 2025, and the "
    "order of decisions from 2024 was fitted to backlog and waits. Agreement checks the bookkeeping and "
    "the queue, not foresight."
)


def shown(value: float | None, unit: str) -> str:
    """A value in its unit; shares as per cent.

    Examples
    --------
    >>> shown(0.534, "share"), shown(12019.0, "people"), shown(1.6, "ratio"), shown(None, "days")
    ('53.4%', '12,019', '1.60', 'not measured')
    """
    if value is None:
        return "not measured"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:.2f}" if unit == "ratio" else f"{value:,.0f}"


def interval_of(one: Score) -> str:
    """Mean, and least to greatest."""
    if one.mean is None:
        return "not measured"
    unit = one.target.unit
    return f"{shown(one.mean, unit)} ({shown(one.low, unit)} to {shown(one.high, unit)})"


def per_cent(value: float | None) -> str:
    """A share as whole per cent, or that there is none."""
    return "none" if value is None else f"{value:.0%}"


def of_role(role: str, told: Summary) -> str:
    """The reconstruction's scores of one role."""
    absent = f", {told.unmeasured} not measured" if told.unmeasured else ""
    return (
        f"Reconstruction, {ROLE_WORDS[role]}: {told.hits} hit, {told.misses} missed{absent}; "
        f"error {per_cent(told.typical)} of the published figure at the median, {per_cent(told.relative)} "
        f"on average."
    )


def of_projection(one: Projection) -> list[str]:
    """A blind projection's scores, and those of each benchmark over the targets that both hold."""
    model = one.model
    lines = [
        f"Blind from {one.day}: {model.hits} of {model.hits + model.misses} later targets hit; "
        f"{per_cent(model.coverage)} inside the bare interval (a sound forecast: {per_cent(model.nominal)}); "
        f"error {per_cent(model.typical)} at the median, {per_cent(model.relative)} on average; interval "
        f"score {score_of(model)} of the published figure."
    ]
    for order, (own, fluid, count) in one.compared.items():
        better = "better" if (own.score or 0.0) < (fluid.score or 0.0) else "worse"
        lines.append(
            f"  Against “{ORDERS[order]}” on {count} targets: interval score {score_of(own)}, benchmark "
            f"{score_of(fluid)} ({better}); mean absolute error {per_cent(own.relative)} and "
            f"{per_cent(fluid.relative)}."
        )
    return lines


def score_of(told: Summary) -> str:
    """An interval score over the published figure."""
    return "none" if told.score is None else f"{told.score:.2f}"


def of_traces(traces: Sequence[Trace]) -> list[str]:
    """Which later input closes the gap of each missed target."""
    return [trace_in_words(one) for one in traces]


def trace_in_words(one: Trace) -> str:
    """One miss and the input that closes most of it.

    A group that closes less than a fifth of the gap is said to close none.
    """
    unit, best = one.target.unit, one.best
    title = next(group.title for group in GROUPS if group.name == best)
    share = one.closed[best]
    cause = (
        f"most of the gap closes with {title[:1].lower()}{title[1:]} ({share:.0%})"
        if share >= 0.2
        else "no later input closes it alone"
    )
    return (
        f"  {one.target.title}, {one.target.as_of}: published {shown(one.target.value, unit)}, blind "
        f"{shown(one.blind, unit)}; {cause}; with all of them {shown(one.all_back, unit)}."
    )


def warning(config: dict[str, Any]) -> str:
    """What makes counts incomparable; empty at national size."""
    size = config["people"]["arrivals"]["multiplier"]
    if size == 1:
        return ""
    return (
        f"people.arrivals.multiplier = {size:g}: people are {size:g} of the published numbers while "
        f"capacities stay "
        "national, so nothing here is comparable with the record. This is a rehearsal."
    )
