"""What the page of an uncertainty study says: parts of what is not known, the best option, worth of knowing.

Reads stored findings only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.present.figures import Block, Table, svg_uri
from sim.present.study import (
    COMMON,
    Measure,
    Page,
    Section,
    amount,
    number,
    option_words,
    rule_words,
    starting,
)

if TYPE_CHECKING:
    from sim.study.asking import Findings

PARTS = {"structure": "structure", "parameters": "parameters", "chance": "chance in one run"}


def page(found: Findings) -> Page:
    """The page of an uncertainty study."""
    settings = found.settings
    sections = [_means(found), _parts(found), _best(found)]
    if "information" in found.tables:
        sections.append(_information(found))
    return Page(
        "How much is not known, and does it matter?",
        f"{settings['draws']} settings of {settings['parameters']} parameters, each as likely as another, "
        "were run "
        "with every option and with today's rules, with the same luck.",
        sections,
        (
            "Dependence between parameters, unless the settings came from a calibration or are shares of one "
            "whole.",
            "Structures that were not named: the structural part speaks of those named alone, each counted "
            "equally.",
            "Chance left in the mean of the replications of a setting: it makes options look best more "
            "evenly than "
            "they are.",
            *COMMON,
        ),
        "docs/uncertainty.md",
    )


def _means(found: Findings) -> Section:
    from sim.present.plots_study import Dots, dots

    table = found.tables["parts"].drop_duplicates(["metric", "option"])
    words, rows, first = [], [], str(table["metric"].iloc[0])
    for row in table.itertuples():
        measure = Measure.of(str(row.metric))
        ends = measure.ends(row.mean_low, row.mean_high)
        crosses = row.mean_low <= 0 <= row.mean_high
        says = "which includes no difference" if crosses else "on one side of no difference"
        if row.metric == first:
            words.append(
                f"{starting(option_words(str(row.option)))}: {measure.title}, {measure.figure(row.mean)} "
                f"{measure.unit} on "
                f"average over settings; 95% of settings lie at {ends}, {says}."
            )
        rows.append(
            (
                option_words(str(row.option)),
                f"{measure.title} ({measure.axis})",
                measure.figure(row.mean),
                ends,
            )
        )
    shown, measure = table[table["metric"] == first], Measure.of(first)
    series = [
        Dots("", *((measure.scale * shown[name]).tolist() for name in ("mean", "mean_low", "mean_high")))
    ]
    block = Block(
        "means",
        svg_uri(
            dots([option_words(name) for name in shown["option"]], series, f"difference ({measure.axis})")
        ),
        "Dots with ranges, one row an option. " + " ".join(words),
        f"{measure.title}: difference from today's rules, mean over settings and the middle 95% of settings. "
        "The range covers assumptions, all structures, and what chance the mean of a setting's runs still "
        "holds.",
        Table("Differences over all settings", ("Option", "Measure", "Mean", "Middle 95%"), tuple(rows)),
    )
    return Section("What is known of the difference?", words, block, lead=True)


def _parts(found: Findings) -> Section:
    table = found.tables["parts"]
    rows = []
    for row in table.itertuples():
        measure = Measure.of(str(row.metric))
        square = measure.scale**2
        rows.append(
            (
                option_words(str(row.option)),
                measure.title,
                PARTS[str(row.part)],
                number(square * row.variance),
                f"{number(square * row.low)} to {number(square * row.high)}",
                f"{row.variance / row.whole:.0%}" if row.whole > 0 else "not known",
            )
        )
    return Section(
        "Which kind of not knowing?",
        (
            "The variance of the difference that a single run would show, split into what the parameters "
            "make, what "
            "another structure makes, and chance. Each part is estimated so that chance does not pass for a "
            "parameter; a part may therefore come out below 0, which means that it is not told from 0. "
            "Only the "
            "part of the parameters shrinks when figures are collected; only chance shrinks with more runs.",
        ),
        table=Table(
            "Parts of the variance, with 95% intervals over settings",
            ("Option", "Measure", "Part", "Variance", "95% interval", "Share"),
            tuple(rows),
        ),
        numeric_from=3,
    )


def _best(found: Findings) -> Section:
    table = found.tables["best"]
    rows = tuple(
        (
            "Net benefit" if row.metric == "net benefit" else Measure.of(str(row.metric)).title,
            starting(option_words(str(row.option))),
            f"{row.best:.0%}",
            f"{row.best_low:.0%} to {row.best_high:.0%}",
        )
        for row in table.itertuples()
    )
    return Section(
        "Which option is best?",
        (
            "For each objective on its own: in how many of the settings an option is the best of those "
            "compared, "
            "today's rules among them. Best by one measure is not best by all, and best says nothing of by "
            "how much.",
        ),
        table=Table(
            "Share of settings in which an option is best (central structure)",
            ("Objective", "Option", "Best in", "95% interval"),
            rows,
        ),
        numeric_from=2,
    )


def _information(found: Findings) -> Section:
    from sim.present.plots_study import Dots, dots

    table, worth = found.tables["information"], found.settings["worth"]
    shown = table[table["low"].notna()]
    clear = shown[shown["low"] > shown["by_chance"]]
    perfect = f"{amount(max(worth['perfect_low'], 0.0))} to {amount(max(worth['perfect_high'], 0.0))}"
    lead = (
        f"By the rule stated ({rule_words(found.settings['benefit'])}) the best choice now is "
        f"{option_words(worth['best_now'])}. Knowing every figure before choosing would be worth about "
        f"{perfect} a "
        "survivor: the lower end is on average too low, the upper too high, because of chance."
    )
    if len(clear):
        next_one = (
            f"Collect next: {clear['path'].iloc[0]}, worth {amount(clear['value'].iloc[0])} a survivor "
            f"({amount(clear['low'].iloc[0])} to {amount(clear['high'].iloc[0])})."
        )
    else:
        next_one = (
            "No single figure is worth more than a parameter without any effect would seem to be with so few "
            "settings: these runs do not say which figure to collect next."
        )
    rows = tuple(
        (
            row.path,
            number(row.value),
            f"{number(row.low)} to {number(row.high)}" if row.low == row.low else "not worked out",
            number(row.by_chance) if row.low == row.low else "not worked out",
        )
        for row in table.itertuples()
    )
    series = [
        Dots("value", *(shown[name].tolist() for name in ("value", "low", "high"))),
        Dots("seeming value of nothing", shown["by_chance"].tolist()),
    ]
    block = Block(
        "information",
        svg_uri(dots(shown["path"].tolist(), series, "worth of knowing it (£ per survivor)")),
        "Dots with intervals, one row a parameter, and what a parameter without effect would seem worth. "
        f"{next_one}",
        "Expected value of knowing one parameter exactly before choosing. Lines: 95% bootstrap intervals "
        "over "
        "settings.",
        Table(
            "What knowing a figure is worth (£ per survivor)",
            ("Parameter", "Value", "95% interval", "Seeming value of nothing"),
            rows,
        ),
    )
    told = [lead, next_one]
    if left := found.settings.get("left_out"):
        told.append(
            "Not valued, since they are dated tables or no numbers, or the same in every setting: "
            f"{', '.join(left)}. They count in the worth of knowing every figure, and have none of their "
            "own here."
        )
    if worth["perfect_high"] < 0.005:
        told.append(
            "The same option is best by this rule in every setting, so nothing known about them would change "
            "the choice."
        )
        told.remove(next_one)
        return Section("Which figure should be collected next?", told)
    return Section("Which figure should be collected next?", told, block)
