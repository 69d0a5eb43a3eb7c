"""Figures as a page shows them: the picture, the words that stand for it, and its numbers as a table.

Each function turns stored results into one `Block`; drawing is done in `plots` and `plots_record`. The text
alternative states what the figure shows, so that a reader who cannot see it misses no finding.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sim.outcomes.places import CATEGORY_WORDS
from sim.present import plots
from sim.present.band_words import range_title
from sim.present.names import HARM_CURVE, PLACES_CURVE, PUT_OFF, RECORDED_CURVE, metric_name
from sim.present.read import Stored, curve
from sim.present.words import Effect, amount, interval, noun_of, number, signed

TABLE_DAYS: Final = (0, 28, 90, 180, 365, 545, 730)
_PLACE_OF_WORDS: Final = {words: category.name.lower() for category, words in CATEGORY_WORDS.items()}


@dataclass(frozen=True)
class Table:
    """Rows of text under a caption; the first column heads its row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Block:
    """One figure of the page.

    Attributes
    ----------
    key : str
        Anchor of the figure.
    uri : str
        The picture as a data address.
    alt : str
        What it shows, in words.
    caption : str
    table : Table
        The numbers behind it.
    """

    key: str
    uri: str
    alt: str
    caption: str
    table: Table


def svg_uri(svg: bytes) -> str:
    """An SVG picture as a data address, so that a page needs no second file."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


def differences_block(effects: Sequence[Effect], key: str = "differences") -> Block:
    """Dots, intervals and assumption bands of some measures."""
    panels, rows, told = [], [], []
    notes = " ".join(
        dict.fromkeys(f" {note}" for effect in effects if (note := metric_name(effect.metric).note))
    )
    title = band_title(effects)
    for metric in dict.fromkeys(effect.metric for effect in effects):
        chosen = [effect for effect in effects if effect.metric == metric]
        scale = 100.0 if chosen[0].unit == "share" else 1.0
        panels.append(
            plots.DotPanel(
                metric_name(metric).title,
                noun_of(chosen[0].unit),
                chosen[0].better,
                [_dot(effect, scale) for effect in chosen],
            )
        )
        for effect in chosen:
            rows.append(
                (
                    metric_name(metric).title,
                    effect.option,
                    f"{signed(effect.mean, effect.unit)} {noun_of(effect.unit)}",
                    bounds(effect),
                    interval(*effect.band, effect.unit) if effect.band else "not varied",
                )
            )
        told.append(f"{metric_name(metric).title}: {_clear_ones(chosen)}")
    return Block(
        key=key,
        uri=svg_uri(plots.differences(panels, max(len(effect.varied) for effect in effects) or None)),
        alt="Dots with whiskers: each option's difference from today's rules. " + " ".join(told),
        caption="What each option changes. The dot is the mean over runs; the line is the 95% interval from "
        f"chance; the bar is the {title[:1].lower()}{title[1:]}: the same difference with each set low and "
        "high, one "
        f"at a time.{notes}",
        table=Table(
            "Differences from today's rules" + (", further measures" if key != "differences" else ""),
            ("Measure", "Option", "Difference", "95% interval from chance", title),
            tuple(rows),
        ),
    )


def band_title(effects: Sequence[Effect]) -> str:
    """The heading of the assumption band: over how many assumptions it ranges."""
    widest = max(effects, key=lambda effect: len(effect.varied))
    if not widest.varied:
        return "Range over assumptions: none varied"
    words = range_title(widest)
    return words[:1].upper() + words[1:]


def _dot(effect: Effect, scale: float) -> plots.Dot:
    band = effect.band
    return plots.Dot(
        effect.option,
        scale * effect.mean,
        scale * effect.low if effect.low is not None else None,
        scale * effect.high if effect.high is not None else None,
        scale * band[0] if band else None,
        scale * band[1] if band else None,
    )


def bounds(effect: Effect) -> str:
    """The interval from chance, or that there is none."""
    if not effect.has_interval:
        return "too few runs"
    return interval(effect.low or 0.0, effect.high or 0.0, effect.unit)


def _clear_ones(effects: Sequence[Effect]) -> str:
    """Which options move one measure beyond chance, in words for a text alternative."""
    clear = [effect for effect in effects if effect.beyond_chance]
    if not clear:
        return "no option differs beyond chance."
    if not clear[0].co_primary:
        parts = [
            f"{effect.option} differs by {signed(effect.mean, effect.unit)} ({bounds(effect)})"
            for effect in clear
        ]
        return "; ".join(parts) + ("." if len(clear) == len(effects) else "; the others not beyond chance.")
    parts = [
        f"{effect.option} {amount(effect.mean, effect.unit)} {'fewer' if effect.mean < 0 else 'more'}"
        if effect.unit != "share"
        else f"{effect.option} {amount(effect.mean, effect.unit)} {'lower' if effect.mean < 0 else 'higher'}"
        for effect in clear
    ]
    return "; ".join(parts) + ("." if len(clear) == len(effects) else "; the others not beyond chance.")


def places_block(stored: Stored) -> Block:
    """Stacked places by day since the positive decision, baseline against each option."""
    panels, rows, at_year = [], [], []
    for story in stored.stories:
        days, told = curve(stored, PLACES_CURVE, story.name)
        shares = {_PLACE_OF_WORDS.get(words, words): values for words, values in told.items()}
        keep = [k for k in range(len(days)) if k % 5 == 0 or k == len(days) - 1]
        panels.append(
            plots.PlacesPanel(
                story.title,
                days[keep],
                {name: shares[name][keep] for name in plots.PLACE_LABELS if name in shares},
            )
        )
        names = [
            name
            for name in plots.PLACE_LABELS
            if name in shares and (name != "unknown" or shares[name].any())
        ]
        for day in TABLE_DAYS:
            where = [k for k in range(len(days)) if days[k] == day]
            if where:
                values = (number(float(shares[name][where[0]]), "share") for name in names)
                rows.append((story.title, f"{day}", *values))
        year = [k for k in range(len(days)) if days[k] == 365] or [len(days) - 1]
        at_year.append((story.title, float(shares["insecure"][0]), float(shares["insecure"][year[0]])))
    base, others = at_year[0], at_year[1:]
    alt = (
        f"Stacked areas of where survivors live on each day since the positive decision. Under today's rules "
        f"{number(base[1], 'share')} have nowhere secure on the day of the decision and "
        f"{number(base[2], 'share')} "
        "a year later. A year later under the options: "
        + "; ".join(f"{title} {number(share, 'share')}" for title, _, share in others)
        + "."
    )
    return Block(
        key="places",
        uri=svg_uri(plots.places(panels)),
        alt=alt,
        caption="Where survivors live, by day since the positive decision: the same people in every panel. "
        "“Nowhere secure” is a friend's sofa, the street or being out of contact.",
        table=Table(
            "Share of the survivors followed, by place",
            ("Rules", "Day", *(plots.PLACE_LABELS[name] for name in names)),
            tuple(rows),
        ),
    )


def return_block(stored: Stored) -> Block:
    """Re-presentation by day: harm, and what is recorded."""
    panels, rows, told = [], [], []
    for name, title, short in (
        (HARM_CURVE, "Harm: exploited again, a night rough, or missing", "Harm"),
        (RECORDED_CURVE, "Recorded: referred again, applied after an end, or urgent return", "Recorded"),
    ):
        curves, ends = [], []
        for story in stored.stories:
            days, shares = curve(stored, name, story.name)
            values = shares[name]
            keep = [k for k in range(len(days)) if k % 5 == 0 or k == len(days) - 1]
            curves.append(plots.Curve(story.title, days[keep], values[keep]))
            for day in (90, 180, 365, 730):
                where = [k for k in range(len(days)) if days[k] == day]
                if where:
                    rows.append((short, story.title, f"{day}", number(float(values[where[0]]), "share")))
            ends.append((story.title, float(values[-1])))
        panels.append((title, curves))
        told.append(
            f"{short}: {number(ends[0][1], 'share')} by the end of follow-up under today's rules; "
            + "; ".join(f"{title} {number(share, 'share')}" for title, share in ends[1:])
            + "."
        )
    return Block(
        key="return",
        uri=svg_uri(plots.re_presentation(panels)),
        alt="Curves of the share of survivors who come back in crisis, by day since the decision. "
        + " ".join(told),
        caption="Who comes back in crisis. Harm is what happens, known to anybody or not. Recorded returns "
        f"also rise when people are found sooner, so harm is the measure to go by. {PUT_OFF} Death and "
        "departure "
        "compete.",
        table=Table(
            "Share of survivors by day since the positive decision",
            ("Definition", "Rules", "Day", "Share"),
            tuple(rows),
        ),
    )
