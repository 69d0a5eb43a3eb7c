"""The page on how precise a comparison is: intervals that narrow with replications, and where they stopped.

Reads a stored result that was grown to a precision and puts `precision.html` beside it. The rule is in
`sim.experiment.precision`; here are only its words, its figure and its tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.present import pages
from sim.present.figures import Block, Table, svg_uri
from sim.present.names import metric_name
from sim.present.words import MINUS, listed, noun_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.precision import Narrowing, Rule, Verdict
    from sim.experiment.store import Result

FILE_NAME: Final = "precision.html"
SHOWN_AT: Final = (3, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Narrow:
    """One interval as readers meet it.

    Attributes
    ----------
    title, option, unit : str
        The measure, the option, and the unit of a difference.
    scale : float
        100 for shares, which are shown in percentage points.
    narrowing : Narrowing
    """

    title: str
    option: str
    unit: str
    scale: float
    narrowing: Narrowing

    @classmethod
    def of(cls, narrowing: Narrowing, path: Path) -> Narrow:
        """With the names and the unit that the stored result in this folder gives it."""
        from sim.experiment.store import load

        return cls.within(narrowing, load(path))

    @classmethod
    def within(cls, narrowing: Narrowing, result: Result) -> Narrow:
        """With the names and the unit that a stored result gives it."""
        series = narrowing.series
        rows = result.outcomes[result.outcomes["metric"] == series.metric]
        unit = str(rows["unit"].iloc[0])
        return cls(
            metric_name(series.metric).title,
            result.title_of(series.option),
            noun_of(unit),
            100.0 if unit == "share" else 1.0,
            narrowing,
        )

    def figure(self, value: float, *, sign: bool = False) -> str:
        """A number, in the measure's unit, with the decimals that three digits of the half-width need."""
        if not math.isfinite(value):
            return "none yet"
        wanted = self.scale * float(self.narrowing.wanted[-1])
        places = max(0, 2 - math.floor(math.log10(wanted))) if wanted > 0 else 2
        text = f"{abs(self.scale * value):,.{min(places, 6)}f}"
        minus = value < 0 and float(text.replace(",", "")) != 0
        return (MINUS if minus else "+" if sign and value > 0 else "") + text

    def ends(self, at: int) -> str:
        """The interval after `at` replications."""
        low, high = self.narrowing.low[at - 1], self.narrowing.high[at - 1]
        return f"{self.figure(low, sign=True)} to {self.figure(high, sign=True)}"

    @property
    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Measure, option, difference, interval, half-width and what was asked for, at the end."""
        last = len(self.narrowing.mean)
        return (
            f"{self.title} ({self.unit})",
            self.option,
            self.figure(float(self.narrowing.mean[-1]), sign=True),
            self.ends(last),
            "±" + self.figure(float(self.narrowing.half[-1])),
            "±" + self.figure(float(self.narrowing.wanted[-1])),
        )


def write(result_dir: Path | str) -> Path:
    """Write the page of a result that was grown to a precision.

    Raises
    ------
    SimError
        If the result was not grown, is not complete, or the page cannot be written.
    """
    from sim.experiment.store import load

    folder = Path(result_dir)
    return pages.write(folder / FILE_NAME, render(load(folder)))


def render(result: Result) -> str:
    """The page as HTML."""
    return pages.html_of("precision.html", content(result))


def content(result: Result) -> dict[str, Any]:
    """Everything the template shows."""
    from sim.experiment.growing import narrowings_of
    from sim.experiment.precision import beyond_chance

    rule, verdict, every = narrowings_of(result)
    shown = [Narrow.within(each, result) for each in every]
    tests = beyond_chance([each.series for each in every])
    return {
        "title": "How precise the differences are",
        "verdict": verdict_in_words(rule, verdict, every),
        "covers": what_it_covers(rule, len(every)),
        "final": Table(
            f"Every interval asked for, after {len(every[0].mean)} replications",
            ("Measure", "Option", "Difference", "Interval", "Half-width", "Asked for"),
            tuple(each.cells for each in shown),
        ),
        "figure_block": block(shown, rule, verdict),
        "false_finding": f"{1 - rule.level:.0%}",
        "tests": Table(
            "Is the difference beyond chance? Paired t tests, alone and looked at together (Holm)",
            ("Measure", "Option", "p, alone", "p, Holm", f"Beyond chance at {1 - rule.level:.0%} (Holm)"),
            tuple(
                (
                    each.title,
                    each.option,
                    p_value(tests.raw[key]),
                    p_value(tests.adjusted[key]),
                    "yes" if tests.adjusted[key] < 1 - rule.level else "no",
                )
                for each in shown
                for key in ((each.narrowing.series.option, each.narrowing.series.metric),)
            ),
        ),
        "rule": (
            ("Fewest and most replications", f"{rule.minimum} and {rule.maximum}"),
            (
                "Look-ahead",
                f"{rule.look_ahead} replications; from 100 replications on in proportion to their number",
            ),
            ("Interval", "t" if rule.method == "t" else "studentised bootstrap"),
            ("Several intervals", "all together (Bonferroni)" if rule.together else "each on its own"),
            ("Seed", str(result.manifest["seed"])),
            ("The same result", str(result.manifest["command"])),
        ),
    }


def p_value(p: float) -> str:
    """A p value: three decimals, and never a nought that nobody can vouch for."""
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def verdict_in_words(rule: Rule, verdict: Verdict, every: Sequence[Narrowing]) -> str:
    """Whether the precision was reached, and after how many replications."""
    from sim.experiment.precision import MOST, needed

    if verdict.status == "reached":
        stayed = (
            f"and stayed so for the next {verdict.stop - verdict.first}"
            if verdict.stop and verdict.first and verdict.stop > verdict.first
            else "and no look-ahead was asked for"
        )
        return (
            f"Stopped after {verdict.stop} replications: at {verdict.first} every interval was as narrow as "
            f"asked, {stayed}."
        )
    if verdict.status == "unconfirmed" and verdict.first:
        return (
            f"The maximum of {rule.maximum} replications was reached. Every interval is as narrow as asked "
            f"from {verdict.first} on, but the maximum left {rule.maximum - verdict.first} of the "
            f"{rule.further(verdict.first)} replications for which it should hold: take it as unconfirmed."
        )
    wide = sum(not bool(each.narrow[-1]) for each in every)
    need = needed(every, rule)
    about = f"more than {MOST:,}" if need >= MOST else f"about {need:,}"
    still = (
        f"{wide} of {len(every)} interval{'s' * (len(every) != 1)} {'is' if wide == 1 else 'are'} still too "
        f"wide. At the spread seen so far {about} replications would be needed; that is an extrapolation, "
        "not a promise."
    )
    return f"The maximum of {rule.maximum} replications was reached without the precision asked for: {still}"


def what_it_covers(rule: Rule, intervals: int) -> str:
    """What the intervals speak of, and what many of them at once means."""
    kind = "t" if rule.method == "t" else "bootstrap"
    each = rule.level_of_each(intervals)
    speaks = "They speak" if intervals > 1 else "It speaks"
    chance = (
        f"{speaks} of chance alone, under one set of assumptions: more replications do not make an "
        "assumption truer."
    )
    if rule.together and intervals > 1:
        many = (
            f"Each of the {intervals} is a {each:.2%} {kind} interval (Bonferroni), so that all of them hold "
            f"at once with probability {rule.level:.0%} or more."
        )
    elif intervals > 1:
        many = (
            f"Each of the {intervals} is a {each:.0%} {kind} interval on its own; of {intervals} such "
            f"intervals {intervals * (1 - each):.2g} are expected to miss their true difference."
        )
    else:
        many = f"A {each:.0%} {kind} interval."
    return f"{many} {chance}"


def block(shown: Sequence[Narrow], rule: Rule, verdict: Verdict) -> Block:
    """The figure of narrowing intervals, in words and numbers too."""
    from sim.present.plots_precision import Panel, narrowing

    panels = [
        Panel(
            each.title,
            each.option,
            each.unit,
            each.scale * each.narrowing.mean,
            each.scale * each.narrowing.low,
            each.scale * each.narrowing.high,
            each.scale * float(each.narrowing.wanted[-1]),
        )
        for each in shown
    ]
    told = [
        f"{each.title}, {each.option}: from ±{each.figure(float(each.narrowing.half[start - 1]))} after "
        f"{start} to ±{each.figure(float(each.narrowing.half[-1]))} {each.unit} after "
        f"{len(each.narrowing.mean)}, ±{each.figure(float(each.narrowing.wanted[-1]))} asked for"
        for each in shown
        for start in (min(rule.minimum, len(each.narrowing.mean)),)
    ]
    rows = [
        (
            f"{each.title} ({each.unit})",
            each.option,
            str(count),
            each.figure(float(each.narrowing.mean[count - 1]), sign=True),
            each.ends(count),
            "±" + each.figure(float(each.narrowing.half[count - 1])),
        )
        for each in shown
        for count in _counts(len(each.narrowing.mean), verdict)
    ]
    reached = f" The upright line marks {verdict.first} replications, from which all were as narrow as asked."
    return Block(
        key="narrowing",
        uri=svg_uri(narrowing(panels, verdict.first)),
        alt="Lines with shaded bands: each mean difference and its interval by number of replications. "
        f"{listed(told)}.",
        caption="The mean difference from today's rules (line) and its interval (band) as replications are "
        "added; dashed, the width asked for, around the last mean. The first two replications are left out."
        + (reached if verdict.first else " The width asked for was not reached."),
        table=Table(
            "Mean difference and interval by number of replications",
            ("Measure", "Option", "Replications", "Mean", "Interval", "Half-width"),
            tuple(rows),
        ),
    )


def _counts(last: int, verdict: Verdict) -> list[int]:
    """At which numbers of replications the table shows an interval."""
    chosen = {count for count in SHOWN_AT if count <= last} | {last}
    return sorted(chosen | ({verdict.first} if verdict.first else set()))
