"""What an option costs, who pays and what a day avoided costs: the page's section on money.

Everything is worked out from stored differences, stored resources and the prices of the stored configuration;
ranges of prices come from the evidence register. Says nothing stronger than the intervals allow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.outcomes.ratio import Ratio, ratio
from sim.outcomes.resources import PAYERS, RESOURCES
from sim.present import plots
from sim.present.figures import Block, Table, band_title, bounds, svg_uri
from sim.present.read import Stored, Story, effects
from sim.present.words import Effect, interval, listed, number, sentence, signed

TOTAL: Final = "cost_public"
DAYS: Final = "insecure_days_follow_up"
_ALL_PUBLIC: Final = "All public bodies"
_PER: Final = "£"
MILLIONS: Final = " million a year"
_BY_PAYER: Final = {f"cost_{key}": words for key, words in PAYERS.items()}
_DRAWN: Final = ("cost_home_office", "cost_councils", "cost_nhs")
"""Payers that the figure shows beside the total; the others stand in its table."""


@dataclass(frozen=True)
class PriceRange:
    """How far the public cost difference moves with the unit costs, each set low and high in turn.

    Attributes
    ----------
    low, high : float
        Smallest and largest difference, the central one among them [pounds a survivor].
    widest : str
        What the price is of that moves it furthest.
    """

    low: float
    high: float
    widest: str


def price_of_a_day(stored: Stored, option: Story) -> Ratio:
    """Public cost over insecure days avoided, both over the whole follow-up, paired by replication."""
    found = stored.comparison
    pairs = {
        each.metric: each.per_replication
        for each in found.differences
        if each.option == option.name and each.group == "all" and each.metric in (TOTAL, DAYS)
    }
    cost, days = pairs.get(TOTAL, ()), pairs.get(DAYS, ())
    if len(cost) != len(days):
        return Ratio(None, None, None, "not measured in the same runs")
    return ratio(cost, [-each for each in days])


def day_sentence(stored: Stored, option: Story) -> str:
    """What a day avoided costs, in words."""
    (days,) = (each for each in effects(stored, (DAYS,)) if each.option == option.title)
    (cost,) = (each for each in effects(stored, (TOTAL,)) if each.option == option.title)
    if days.nothing_changed and cost.nothing_changed:
        return "It avoids no day and costs nothing."
    found = price_of_a_day(stored, option)
    if found.value is None:
        return f"What a day with nowhere secure avoided costs is {_undefined(found.note)}."
    if days.mean > 0:
        return "It leaves more days with nowhere secure over the whole follow-up, so no day has a price."
    between = f"95% interval {interval(found.low or 0.0, found.high or 0.0, _PER)}"
    if cost.beyond_chance and cost.mean < 0:
        return (
            "It costs public bodies less and leaves fewer days with nowhere secure, so no day has a price: "
            f"{signed(found.value, _PER)} for each day avoided ({between})."
        )
    return (
        f"For each day with nowhere secure that it avoids, public bodies pay {number(found.value, _PER)} "
        f"({between})."
    )


def _undefined(note: str) -> str:
    if "includes zero" in note:
        return "not defined: the days avoided cannot be told from zero"
    return f"not told: {note}"


def cost_in_short(stored: Stored, option: Story) -> str:
    """One sentence on the cost of an option to public bodies; empty if the result holds no costs."""
    for cost in effects(stored, (TOTAL,)):
        if cost.option == option.title and math.isfinite(cost.mean):
            if cost.nothing_changed:
                return "Cost to public bodies: unchanged."
            if not cost.has_interval:
                return (
                    f"Cost to public bodies: {signed(cost.mean, _PER)} a survivor, too few runs to say more."
                )
            chance = "" if cost.beyond_chance else ", which cannot be told from chance"
            return (
                f"Cost to public bodies: {signed(cost.mean, _PER)} a survivor over {_follow_up(stored)}, "
                f"from {number(cost.baseline, _PER)} (95% interval {bounds(cost)}){chance}."
            )
    return ""


def _follow_up(stored: Stored) -> str:
    """How long the cohort is followed, in words."""
    days = (stored.config.get("experiment") or {}).get("follow_up_days", 730)
    return "two years" if days == 730 else f"{days:g} days"


def price_range(stored: Stored, option: Story) -> PriceRange | None:
    """The public cost difference with each unit cost at the ends of its range; None without prices."""
    from sim.config.evidence import register

    prices: Mapping[str, Any] = stored.config.get("costs") or {}
    total = [each for each in effects(stored, (TOTAL,)) if each.option == option.title]
    moves: list[tuple[float, str]] = [(0.0, "")]
    used = {
        each.metric: each.mean
        for each in effects(stored, [f"resource_{each.name}" for each in RESOURCES])
        if each.option == option.title
    }
    for resource in RESOURCES:
        price, quantity = prices.get(resource.name), used.get(f"resource_{resource.name}")
        if not price or quantity is None or price["payer"] in ("society", "charity"):
            continue
        limits = register().entry(f"costs.{resource.name}.price").range
        for end in limits or ():
            moves.append(((end - price["price"]) * price["uprated_by"] * quantity, resource.words))
    if not total or len(moves) == 1:
        return None
    mean = total[0].mean
    return PriceRange(mean + min(moves)[0], mean + max(moves)[0], max(moves, key=lambda m: abs(m[0]))[1])


def costs_section(stored: Stored) -> dict[str, Any] | None:
    """Everything that the section shows; None if the result holds no costs."""
    totals = effects(stored, (TOTAL,))
    if not totals:
        return None
    told = []
    for option in stored.options:
        (cost,) = (each for each in totals if each.option == option.title)
        told.append(f"{sentence(cost)} {day_sentence(stored, option)}")
    return {
        "told": told,
        "set_up": set_up(stored),
        "ranges": _ranges_table(stored, totals),
        "figure": costs_block(stored),
        "payers": _payers_table(
            stored,
            {**_BY_PAYER, TOTAL: _ALL_PUBLIC},
            "Pounds a survivor over the follow-up: today's rules, then each option's difference ± half of "
            "its 95% interval",
        ),
        "everyone": _payers_table(
            stored,
            {
                **{f"{metric}_everyone": words for metric, words in _BY_PAYER.items()},
                f"{TOTAL}_everyone": _ALL_PUBLIC,
            },
            "Everybody, in the cohort or not, from the policy date on: millions of pounds a year, "
            "differences ± half of their 95% interval",
        ),
        "spent": _spent_table(stored),
        "harm": _harm_table(stored),
    }


def set_up(stored: Stored) -> str:
    """What it costs, once, to set up the services that an option changes; empty where nothing is declared."""
    said = []
    for option in stored.options:
        changed = dict.fromkeys(
            path.split(".")[1] for path, _, _ in option.changes if path.startswith("services.")
        )
        for name in changed:
            service = (stored.config.get("services") or {}).get(name) or {}
            if service.get("set_up_cost", 0.0) > 0:
                amount = number(float(service["set_up_cost"]), _PER)
                said.append(f"{service.get('title', name)}, {amount} ({service['payer']}; {option.title})")
    return f"Setting up, once, and not in these figures: {'; '.join(said)}." if said else ""


def _ranges_table(stored: Stored, totals: Sequence[Effect]) -> Table:
    """How sure the total is: chance, unit costs, and the assumptions that are varied."""
    rows, widest = [], []
    for option, cost in zip(stored.options, totals, strict=True):
        span = None if cost.nothing_changed else price_range(stored, option)
        widest += [span.widest] if span else []
        rows.append(
            (
                option.title,
                signed(cost.mean, _PER),
                bounds(cost),
                "none" if span is None else interval(span.low, span.high, _PER),
                interval(*cost.band, _PER) if cost.band else "not varied",
            )
        )
    head = (
        "Option",
        "Difference",
        "95% interval from chance",
        "Each unit cost set low, then high",
        band_title(totals),
    )
    most = (
        f". Of the unit costs, it moves most with those of {listed(list(dict.fromkeys(widest)))}"
        if widest
        else ""
    )
    return Table(
        f"Cost to public bodies, pounds a survivor: how sure the difference is{most}", head, tuple(rows)
    )


def tables_of(section: Mapping[str, Any] | None) -> list[Table]:
    """The tables of the section whose cells hold intervals."""
    if section is None:
        return []
    return [section[name] for name in ("payers", "everyone", "harm") if section[name] is not None]


def costs_block(stored: Stored) -> Block:
    """A panel an option: the difference to each payer, and to all public bodies with the range of prices."""
    panels, rows, told = [], [], []
    for option in stored.options:
        span = price_range(stored, option)
        dots = []
        for metric, words in {**_BY_PAYER, TOTAL: _ALL_PUBLIC}.items():
            found = [each for each in effects(stored, (metric,)) if each.option == option.title]
            for each in found:
                rows.append(
                    (option.title, words[:1].upper() + words[1:], signed(each.mean, _PER), bounds(each))
                )
                if metric == TOTAL:
                    clear = "beyond chance" if each.beyond_chance else "not beyond chance"
                    told.append(f"{option.title}: public bodies {signed(each.mean, _PER)}, {clear}")
                elif metric not in _DRAWN:
                    continue
                whole = metric == TOTAL and span is not None
                dots.append(
                    plots.Dot(
                        words[:1].upper() + words[1:],
                        each.mean,
                        each.low,
                        each.high,
                        span.low if whole and span else None,
                        span.high if whole and span else None,
                    )
                )
        panels.append(plots.DotPanel(option.title, "pounds a survivor", "lower", dots))
    return Block(
        key="costs",
        uri=svg_uri(plots.differences(panels)),
        alt="Dots with whiskers: what each option costs each payer more or less than today's rules, for each "
        "survivor over the follow-up. " + "; ".join(told) + ".",
        caption="Who pays more and who pays less, in pounds a survivor over the whole follow-up. The line is "
        "the 95% interval from chance; the bar of all public bodies is the range over unit costs, each set "
        "low and high in turn.",
        table=Table(
            "Differences in cost from today's rules, pounds a survivor",
            ("Option", "Payer", "Difference", "95% interval from chance"),
            tuple(rows),
        ),
    )


def _payers_table(stored: Stored, metrics: Mapping[str, str], caption: str) -> Table | None:
    """A row a payer: the level today, and each option's difference with its interval."""
    rows = []
    for metric, words in metrics.items():
        cells = effects(stored, (metric,))
        if cells:
            rows.append(
                (words[:1].upper() + words[1:], _level(cells[0]), *(_with_interval(each) for each in cells))
            )
    head = ("Payer", "Today's rules", *(option.title for option in stored.options))
    return Table(caption, head, tuple(rows)) if rows else None


def _level(effect: Effect) -> str:
    return number(effect.baseline, effect.unit).removesuffix(MILLIONS)


def _with_interval(effect: Effect) -> str:
    if effect.nothing_changed:
        return "0"
    if not effect.has_interval:
        return signed(effect.mean, effect.unit)
    half = ((effect.high or 0.0) - (effect.low or 0.0)) / 2
    return f"{signed(effect.mean, effect.unit)} ± {number(half, effect.unit).removesuffix(MILLIONS)}"


def _spent_table(stored: Stored) -> Table | None:
    """What the money is spent on: unit cost, quantity today and how it differs, in units and in pounds."""
    from sim.config.evidence import register

    prices: Mapping[str, Any] = stored.config.get("costs") or {}
    rows = []
    for resource in RESOURCES:
        price = prices.get(resource.name)
        cells = effects(stored, (f"resource_{resource.name}",))
        if not price or not cells or price["payer"] == "society":
            continue
        pounds = price["price"] * price["uprated_by"]
        entry = register().entry(f"costs.{resource.name}.price")
        rows.append(
            (
                resource.words[:1].upper() + resource.words[1:],
                str(price["payer"]),
                f"{number(pounds, _PER)} ({entry.confidence})",
                _quantity(cells[0].baseline),
                *(signed(each.mean * pounds, _PER) for each in cells),
            )
        )
    head = (
        "What is used",
        "Who pays",
        "Unit cost, 2024-25",
        "Today",
        *(option.title for option in stored.options),
    )
    caption = (
        "Resources used by a survivor over the follow-up, on average: today, and each option's difference"
    )
    return Table(caption, head, tuple(rows)) if rows else None


def _quantity(value: float) -> str:
    return f"{value:,.1f}" if value >= 1 else f"{value:.2f}"


def _harm_table(stored: Stored) -> Table | None:
    """The value of harm by itself, and public cost with it."""
    return _payers_table(
        stored,
        {
            TOTAL: "Cost to public bodies",
            "harm_value": "Value of the harm of new exploitation",
            "cost_public_with_harm": "Both together",
        },
        "With and without the value of harm, pounds a survivor ± half of the 95% interval from chance",
    )
