"""The metrics of coming back and of harm, in words: shares by day and events a person-year.

Listed by `registry`, which holds every metric. Not here: any computation (`re_presentation`, `survival`).
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sim.outcomes.metric import Row

HORIZONS = (90, 180, 365, 730)
RP_WORDS = MappingProxyType(
    {
        "RP1a": "was referred into the NRM again after new exploitation",
        "RP1b": "was referred into the NRM again for the same incident",
        "RP2": "applied as homeless after an earlier duty or after support had ended",
        "RP3": "came back to a provider in urgent need after support ended",
        "RP4": "was exploited again, known to anyone or not",
        "RP5": "went missing for 28 days or more",
        "RP6": "slept rough for a night or more",
    }
)
RP_PARTS = MappingProxyType(
    {
        "RP2_refused": "applied as homeless after an earlier duty or after support had ended, "
        "and was refused as not eligible or not homeless",
    }
)


def returns() -> Iterator[Row]:
    """Harm, recorded returns, each of their kinds, and the part of RP2 that was refused."""
    for day in HORIZONS:
        yield (
            f"harm_by_day_{day}",
            f"Share harmed (new exploitation, a night rough, missing) within {day} days of the decision",
            "share",
            "lower",
            "headline" if day == 365 else "secondary",
            f"Aalen-Johansen incidence at {day} days of the first of RP4, RP5, RP6; death and "
            "departure compete",
        )
        yield (
            f"recorded_by_day_{day}",
            f"Share who came back on record within {day} days of the decision",
            "share",
            "lower",
            "headline" if day in (365, 730) else "secondary",
            f"Aalen-Johansen incidence at {day} days of the first of RP1, RP2, RP3; moves with detection too",
        )
        for kind, words in RP_WORDS.items():
            yield (
                f"{kind.lower()}_by_day_{day}",
                f"Share who {words} within {day} days of the decision",
                "share",
                "lower",
                "secondary",
                f"Aalen-Johansen incidence of the first {kind} at {day} days; death and departure compete",
            )
    for kind, words in RP_WORDS.items():
        yield (
            f"{kind.lower()}_per_person_year",
            f"How often a survivor {words}, per year lived in the community",
            "events per person-year",
            "lower",
            "secondary",
            f"all {kind} in follow-up / (days in the community / 365.25)",
        )
    for day in HORIZONS:
        yield (
            f"recorded_held_by_day_{day}",
            f"Share who came back on record within {day} days of the decision, with detection held as it is "
            "today",
            "share",
            "lower",
            "secondary",
            f"as recorded_by_day_{day}; RP1a and RP3 counted with the contact the same person had in the "
            "baseline",
        )
    for name, words, kinds in (
        ("harm", "Harms", "RP4 + RP5 + RP6"),
        ("recorded", "Recorded returns", "RP1a + RP1b + RP2 + RP3"),
        ("recorded_held", "Recorded returns, with detection held as it is today,", "RP1a + RP1b + RP2 + RP3"),
    ):
        yield (
            f"{name}_per_person_year",
            f"{words} per year lived in the community",
            "events per person-year",
            "lower",
            "secondary",
            f"all {kinds} in follow-up / (days in the community / 365.25)",
        )
    for kind, words in RP_PARTS.items():
        for day in HORIZONS:
            yield (
                f"{kind.lower()}_by_day_{day}",
                f"Share who {words} within {day} days of the decision",
                "share",
                "none",
                "descriptive",
                f"Aalen-Johansen incidence of the first such RP2 at {day} days; death and departure compete",
            )
        yield (
            f"{kind.lower()}_per_person_year",
            f"How often a survivor {words}, per year lived in the community",
            "events per person-year",
            "none",
            "descriptive",
            "all such RP2 in follow-up / (days in the community / 365.25)",
        )
