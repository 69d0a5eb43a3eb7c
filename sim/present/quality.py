"""The quality statement of a report: what was checked, what was not, and how far the inputs are trusted.

Follows the headings of HM Treasury's AQuA Book. States only what the stored result, the register and the
published record show; it never says that somebody has approved anything.

References
----------
HM Treasury (2015). The Aqua Book: guidance on producing quality analysis for government.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sim.config.evidence import Confidence, register
from sim.present.figures import Table
from sim.present.history import summary
from sim.present.read import Stored
from sim.present.words import Effect
from sim.validate.published import Check

CONFIDENCE: Final[Mapping[Confidence, str]] = {
    "published": "read in a publication",
    "derived": "reckoned from publications",
    "recalled": "from a publication that was not read again",
    "assumed": "no published source",
}


@dataclass(frozen=True)
class Point:
    """One heading of the statement."""

    title: str
    text: str


def statement(
    stored: Stored, primary: Sequence[Effect], found: Sequence[Check], missing: Sequence[str]
) -> tuple[Point, ...]:
    """The statement, in the order of the AQuA Book.

    Parameters
    ----------
    stored : Stored
    primary : sequence of Effect
        The first headline measure, one an option.
    found : sequence of Check
        The published record beside this result.
    missing : sequence of str
        What the result does not hold.
    """
    counted = [check for check in found if check.mean is not None]
    turning = [effect.option for effect in primary if any(each.turns for each in effect.assumptions)]
    perhaps = [effect.option for effect in primary if any(each.could_turn for each in effect.assumptions)]
    return (
        Point(
            "Purpose and proportionality",
            "Comparing options under the same luck, for commissioners, analysts and trainers. Not for "
            "decisions about one person, for forecasts of numbers, or for judging a provider or a council.",
        ),
        Point(
            "Roles",
            "Commissioner, analytical assurer and approver: none is recorded in this result. Whoever uses it "
            "for a decision should name them.",
        ),
        Point(
            "Verification: does it do what was meant?",
            "Two engines are compared to the last bit; queues are tested against exact theory; people, homes "
            "and days are conserved; rules are told as short stories that a caseworker can check "
            "(docs/stories.md). These tests belong to the program, and are run with make test; this report "
            "does not run them again.",
        ),
        Point(
            "Validation: is it like the world?",
            f"{summary(counted)} This is a reconstruction, since most capacity and shares are inputs."
            + _scaled(stored)
            if counted
            else "Not possible from this result: it holds no calendar series to set beside the published "
            "record.",
        ),
        Point("Uncertainty", _uncertainty(stored, primary, turning, perhaps)),
        Point(
            "Inputs",
            "Every parameter has an entry in the register with meaning, unit, range, source and confidence; "
            "the table below counts them.",
        ),
        Point(
            "What has not been done",
            "No external review, no peer review and no review by people with lived experience is recorded. "
            "No effect of a home or a worker on harm is assumed, because no estimate exists."
            + (" This result lacks some parts: see “What this result does not hold”." if missing else ""),
        ),
    )


def _scaled(stored: Stored) -> str:
    """What to say of counts in a world that is not of the country's size; empty if it is."""
    arrivals = (stored.config.get("people") or {}).get("arrivals") or {}
    scale = float(arrivals.get("multiplier", 1.0))
    if scale == 1.0:
        return ""
    return (
        f" This world has {scale:g} times the published referrals, so its counts are not meant to be hit: "
        "only a run of the whole country can be set beside the record."
    )


def _uncertainty(
    stored: Stored, primary: Sequence[Effect], turning: Sequence[str], perhaps: Sequence[str]
) -> str:
    runs = stored.comparison.replications
    said = [
        f"Chance: {runs} paired runs of each option, as 95% intervals."
        if runs > 1
        else "Chance: one run of each option, so no interval can be given and no direction may be claimed."
    ]
    varied = max((len(effect.varied) for effect in primary), default=0)
    if varied == 0:
        said.append("Assumptions: none was varied, so how far the answer rests on them is not known.")
    else:
        said.append(f"Assumptions: {varied} varied, one at a time, low and high, not together.")
        for words, options in (("turns the direction of", turning), ("could turn the direction of", perhaps)):
            if options:
                said.append(f"At least one {words} the first headline measure for: {'; '.join(options)}.")
        if not turning and not perhaps:
            said.append("None of them turns the direction of the first headline measure.")
    said.append("Structure: told as numbered assumptions, not measured here.")
    return " ".join(said)


def confidence_table() -> Table:
    """How many parameters are published, derived, recalled and assumed, for the world and for levers."""
    entries = register().entries
    counts = Counter((entry.confidence, entry.kind) for entry in entries)
    rows = tuple(
        (words, meaning, f"{counts[words, 'world']}", f"{counts[words, 'lever']}")
        for words, meaning in CONFIDENCE.items()
    )
    return Table(
        "How far the entries of the evidence register are trusted",
        ("Confidence", "Meaning", "How the world is", "What somebody could decide"),
        rows,
    )
