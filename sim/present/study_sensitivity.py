"""What the page of a sensitivity study says: which assumptions move the figure.

Reads stored findings only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.present.figures import Block, Table, svg_uri
from sim.present.study import COMMON, Measure, Page, Section, number, option_words

if TYPE_CHECKING:
    from sim.study.asking import Findings

SHOWN = 12
FEWEST = 10
"""Trajectories below which the page says that bootstrap intervals over them are too narrow."""


def page(found: Findings) -> Page:
    """The page of a sensitivity study."""
    settings = found.settings
    measure = Measure.of(settings["metric"])
    whose = (
        f"the difference that {option_words(settings['option'])} makes"
        if settings["option"]
        else "today's level"
    )
    sections = [_screening(found, measure, whose), _tornado(found, measure, whose)]
    if "sobol" in found.tables:
        sections.append(_sobol(found, measure))
    if "structures" in found.tables:
        sections.append(_structures(found, measure, whose))
    return Page(
        f"What moves {measure.title[0].lower() + measure.title[1:]}?",
        "Assumptions are varied between the ends of their ranges, the evidence register's unless others were "
        "given, to see which of them "
        f"move {whose}: {measure.title.lower()}, in {measure.unit}.",
        sections,
        (
            "Whether the ranges themselves are right: a wider range gives its parameter more weight.",
            "Parameters given as dated tables, as parts of a whole, or by a published figure.",
            "Intervals speak of chance and of which settings were drawn, not of the ranges.",
            *COMMON,
        ),
        "docs/sensitivity.md",
    )


def _screening(found: Findings, measure: Measure, whose: str) -> Section:
    table = found.tables["screening"]
    clear = table[table["square_low"] > 0]
    count = int(found.settings["parameters"])
    if len(clear):
        rest = count - len(clear)
        names = ", ".join(clear["path"].head(5))
        more = f", and {len(clear) - 5} more" if len(clear) > 5 else ""
        lead = (
            f"{len(clear)} of {count} parameters move {whose} by more than chance explains: {names}{more}. "
            + (f"For the other {rest} these runs do not tell an effect from chance." if rest > 1 else "")
            + ("For the other one these runs do not tell an effect from chance." if rest == 1 else "")
        )
    else:
        lead = (
            f"For none of the {count} parameters do these runs tell an effect on {whose} from chance. More "
            "replications or trajectories, or a larger world, would tell more."
        )
    lucky = round(0.025 * count)
    many = (
        f"Of {count} intervals of 95%, {f'about {lucky}' if lucky > 1 else 'one'} may lie above 0 by luck "
        "alone."
    )
    if (made := int(found.settings["trajectories"])) < FEWEST:
        many += (
            f" They come from {made} trajectories alone, and are too narrow: ask for {FEWEST} or more "
            f"(--trajectories={FEWEST}) before relying on them."
        )
    shown = table.head(SHOWN)
    rows = tuple(
        (
            row.path,
            f"{row.low:g} to {row.high:g}",
            measure.figure(row.mean),
            measure.ends(row.mean_low, row.mean_high),
            measure.figure(row.mean_absolute, sign=False),
            number(measure.scale**2 * row.square),
            f"{number(measure.scale**2 * row.square_low)} to {number(measure.scale**2 * row.square_high)}",
        )
        for row in table.itertuples()
    )
    head = (
        "Parameter",
        "Range",
        "Mean effect",
        "95% interval",
        "Mean absolute",
        "Mean square",
        "95% interval",
    )
    first = shown.iloc[0]
    block = Block(
        "screening",
        svg_uri(_dots(shown, "mean", measure, f"mean effect of the whole range ({measure.axis})")),
        f"Dots with intervals, one row a parameter. First stands {first['path']}: going through its range "
        "changes "
        f"the figure by {measure.figure(first['mean'])} {measure.unit} on average "
        f"({measure.ends(first['mean_low'], first['mean_high'])}).",
        f"The {len(shown)} parameters with the largest mean square effect. Dot: mean effect of going from "
        "the low to "
        "the high end of the range, everything else anywhere in its own range; line: 95% interval over "
        "trajectories. A parameter whose effect changes sign may have a mean near 0 and still matter.",
        Table("Effects of every parameter (Morris)", head, rows),
    )
    return Section("Which parameters matter?", (lead, many), block, lead=True)


def _dots(table: Any, column: str, measure: Measure, axis: str) -> bytes:
    from sim.present.plots_study import Dots, dots

    ends = [(measure.scale * table[f"{column}_{end}"]).tolist() for end in ("low", "high")]
    return dots(table["path"].tolist(), [Dots("", (measure.scale * table[column]).tolist(), *ends)], axis)


def _tornado(found: Findings, measure: Measure, whose: str) -> Section:
    from sim.present.plots_study import Dots, dots

    table = found.tables["tornado"]
    paths = list(dict.fromkeys(table["path"]))
    series = []
    for end in ("low", "high"):
        some = table[table["end"] == end]
        values = [(measure.scale * some[name]).tolist() for name in ("change", "change_low", "change_high")]
        series.append(Dots(f"at the {end} end", *values))
    rows = tuple(
        (
            row.path,
            f"{row.end}: {row.value:g}",
            measure.figure(row.change),
            measure.ends(row.change_low, row.change_high),
        )
        for row in table.itertuples()
    )
    clear = table[(table["change_low"] > 0) | (table["change_high"] < 0)]
    told = [
        f"{row.path} at {row.value:g}: {measure.figure(row.change)}" for row in clear.head(6).itertuples()
    ]
    says = "; ".join(told) if told else "no interval leaves out 0"
    block = Block(
        "tornado",
        svg_uri(dots(paths, series, f"change of the figure ({measure.axis})")),
        "Dots with intervals, two a parameter: the change at the low and at the high end of its range. "
        f"{says}.",
        "The change when one parameter goes to an end of its range and all others stay at their central "
        "values. "
        "Lines: 95% intervals over replications with common chance (chance alone).",
        Table("One parameter at a time", ("Parameter", "End", "Change", "95% interval"), rows),
    )
    central = measure.figure(float(table["central"].iloc[0]))
    return Section(
        "One at a time (tornado)",
        (
            f"In the central world {whose} is {central} {measure.unit}. {len(clear) or 'None'} of the "
            f"{len(table)} ends {'change' if len(clear) > 1 else 'changes'} it by more than chance explains.",
        ),
        block,
    )


def _sobol(found: Findings, measure: Measure) -> Section:
    from sim.present.plots_study import Dots, dots

    table, parts = found.tables["sobol"], found.settings["parts"]
    series = [
        Dots(title, *(table[f"{name}{end}"].tolist() for end in ("", "_low", "_high")))
        for name, title in (("first", "alone"), ("total", "with others"))
    ]
    rows = tuple(
        (
            row.path,
            number(row.first),
            f"{number(row.first_low)} to {number(row.first_high)}",
            number(row.total),
            f"{number(row.total_low)} to {number(row.total_high)}",
        )
        for row in table.itertuples()
    )
    square = measure.scale**2
    leading = table.loc[table["total"].idxmax()] if table["total"].notna().any() else table.iloc[0]
    block = Block(
        "sobol",
        svg_uri(dots(table["path"].tolist(), series, "share of the variance that these parameters make")),
        f"Dots with intervals, two a parameter: its share alone and with others. Largest with others: "
        f"{leading['path']}, {number(leading['total'])} "
        f"({number(leading['total_low'])} to {number(leading['total_high'])}).",
        "Shares of variance: alone, and with everything a parameter does together with others. Lines: 95% "
        "bootstrap "
        "intervals over rows of the design. Nothing is clipped: below 0 means not told from 0.",
        Table(
            "Shares of variance (Sobol)",
            ("Parameter", "Alone", "95% interval", "With others", "95% interval"),
            rows,
        ),
    )
    low, high = square * parts["variance_low"], square * parts["variance_high"]
    vague = " It is not told from 0, so the shares below say little." if low <= 0 else ""
    words = (
        f"These parameters make a variance of {number(square * parts['variance'])} ({number(low)} to "
        f"{number(high)}); "
        f"chance in a single run makes {number(square * parts['chance'])}, which is left out of the "
        f"shares.{vague}"
    )
    return Section("How much each makes (Sobol)", (words,), block)


def _structures(found: Findings, measure: Measure, whose: str) -> Section:
    table = found.tables["structures"]
    tried = table[table["override"] != ""]
    clear = tried[(tried["change_low"] > 0) | (tried["change_high"] < 0)]
    order = tried["change"].abs().sort_values(ascending=False, kind="stable").index
    rows = tuple(
        (
            f"{row.assumption}: {row.sentence}",
            row.override,
            measure.figure(row.change),
            measure.ends(row.change_low, row.change_high),
        )
        for row in tried.loc[order].itertuples()
    )
    words = (
        f"{len(tried)} of {len(table)} structural assumptions have a switch and were switched, each alone "
        "and as far "
        f"as its range goes; {len(clear) or 'none'} of them "
        f"{'changes' if len(clear) == 1 else 'change'} {whose} by more than chance explains. The other "
        f"{len(table) - len(tried)} cannot be switched in the configuration and are not tried."
    )
    caption = "Structural assumptions switched, one at a time, the largest change first"
    return Section(
        "Structural assumptions switched once",
        (words,),
        table=Table(caption, ("Assumption", "Switched to", "Change", "95% interval"), rows),
        numeric_from=2,
    )
