"""The sentences and cells in which a validation is told, at the terminal and on the page alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.validate.fluid import ORDERS
from sim.validate.target import ROLE_WORDS
from sim.validate.trace import GROUPS, gap_closed

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

TOO_NARROW: Final = (
    "  Far fewer than a sound forecast would hold: the intervals are too narrow, and no measure of what was "
    "not known. They hold growth of referrals and of conclusive capacity between none and the trend of the "
    "three years before, and chance between runs; no doubt about other inputs, and no change of practice, "
    "law or capacity after that day. Many of these figures are quarters of one series, so they miss together."
)
MUCH: Final = 0.1
"""How far the share inside may stay below that of a sound forecast before it is said to be too small."""
CLOSES: Final = 0.2
"""An input that closes less of a gap than this is said to close none."""


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
        f"on average.{_same_only(told)}"
    )


def _same_only(told: Summary) -> str:
    """The same of those figures that count what the model counts, where some do not."""
    if told.same is None:
        return ""
    same = told.same
    return (
        f" Of these, figures that count the same thing as the model: {same.hits} hit, {same.misses} missed; "
        f"error {per_cent(same.typical)} at the median, {per_cent(same.relative)} on average."
    )


def of_projection(one: Projection) -> list[str]:
    """A blind projection's scores, and those of each benchmark over the targets that both hold."""
    model = one.model
    lines = [
        f"Blind from {one.day}: {model.hits} of {model.hits + model.misses} later targets hit; "
        f"{per_cent(model.coverage)} inside the bare interval (a sound forecast: {per_cent(model.nominal)}); "
        f"error {per_cent(model.typical)} at the median, {per_cent(model.relative)} on average; interval "
        f"score {score_of(model)} of the published figure.{_same_only(model)}"
    ]
    if model.coverage is not None and model.coverage < (model.nominal or 0.0) - MUCH:
        lines.append(TOO_NARROW)
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
    """Which later input closes the gap of each missed target: all together, then one by one."""
    return [*traces_together(traces), *(trace_in_words(one) for one in traces)]


def traces_together(traces: Sequence[Trace]) -> list[str]:
    """For how many missed targets each later input closes most, and how many miss with all of them too."""
    if not traces:
        return []
    titles = {group.name: group.title for group in GROUPS}
    closing = Counter(one.best if one.closed[one.best] >= CLOSES else "" for one in traces)
    alone = closing.pop("", 0)
    told = ", ".join(
        f"{titles[name][:1].lower()}{titles[name][1:]} {count}" for name, count in closing.most_common()
    )
    left = sum(gap_closed(one.target.value, one.blind, one.all_back) < 0.5 for one in traces)
    return [
        f"Of {len(traces)} missed targets, the later input that by itself closes the largest part of the gap "
        f"(a fifth at least): {told + ', ' if told else ''}none {alone}. With all later inputs given back, "
        f"{left} of {len(traces)} keep more than half of their gap: those misses are the model's, or of what "
        f"it is compared with, and not of what could not be known."
    ]


def trace_in_words(one: Trace) -> str:
    """One miss and the input that closes most of it.

    A group that closes less than `CLOSES` of the gap is said to close none.
    """
    unit, best = one.target.unit, one.best
    title = next(group.title for group in GROUPS if group.name == best)
    share = one.closed[best]
    part = "most of the gap closes" if share > 0.5 else "the largest part closes"
    cause = (
        f"{part} with {title[:1].lower()}{title[1:]} ({share:.0%})"
        if share >= CLOSES
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
