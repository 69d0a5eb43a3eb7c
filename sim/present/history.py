"""Calendar time on the page: the reconstruction of the published record, and the years ahead.

Turns stored calendar series into figures and tables. What counts as a hit is decided in
`sim.validate.published`; nothing is tuned or left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from sim.present import plots_record
from sim.present.figures import Block, Table, svg_uri
from sim.present.names import OVER_YEARS, SERIES
from sim.present.read import BASELINE, Stored, series
from sim.validate.published import (
    CAVEATS,
    MEASURES,
    ROUGH_COUNT,
    ROUGH_YEAR,
    Check,
    compare,
    record,
    tally,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

PROJECTED_FROM: Final = 2026.0
_PRECEDENT: Final = "domestic_abuse_precedent"
_STOCKS: Final = frozenset({"cg_backlog", "rg_backlog", "in_support"})

_PANELS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("cg_backlog", "count", "quarter", "Waiting for a conclusive decision"),
    ("referrals", "count", "quarter", "Referrals a quarter"),
    ("rg_decisions", "count", "quarter", "RG decisions a quarter"),
    ("cg_decisions", "count", "quarter", "Conclusive decisions a quarter"),
    ("cg_wait", "median", "year", "Days to decision, median"),
)


def kind_of(period: str) -> str:
    """Whether a period is a year, a quarter or a year that straddles two (a contract or a financial one).

    Examples
    --------
    >>> [kind_of(period) for period in ("2019", "2019Q4", "2019/20")]
    ['year', 'quarter', 'straddling year']
    """
    return "quarter" if "Q" in period else "straddling year" if "/" in period else "year"


def moment(period: str, *, stock: bool) -> float:
    """Where a period stands on the axis of years: stocks at its end, flows and waits at its middle.

    Examples
    --------
    >>> moment("2019Q4", stock=True), moment("2019Q4", stock=False), moment("2019", stock=False)
    (2020.0, 2019.875, 2019.5)
    """
    start = float(period[:4])
    if kind_of(period) == "quarter":
        start, length = start + (int(period[-1]) - 1) / 4, 0.25
    elif kind_of(period) == "straddling year":
        start, length = start + 0.5, 1.0
    else:
        length = 1.0
    return start + (length if stock else length / 2)


def checks(stored: Stored) -> tuple[Check, ...]:
    """Every published figure beside the baseline of this result."""
    simulated: dict[tuple[str, str, str], list[float]] = {}
    for (measure, statistic, kind), name in SERIES.items():
        for period, row in series(stored, name).iterrows():
            if kind_of(str(period)) == kind:
                simulated[measure, statistic, str(period)] = [float(value) for value in row.dropna()]
    return compare(record(), simulated | _precedent(stored))


def _precedent(stored: Stored) -> dict[tuple[str, str, str], list[float]]:
    """The automatic ground of priority need, in runs that hold the option at the pace of its precedent."""
    found: dict[tuple[str, str, str], list[float]] = {}
    if not any(story.name == _PRECEDENT for story in stored.stories):
        return found
    with_ground, without = (series(stored, "main_duty_per_relief", name) for name in (_PRECEDENT, BASELINE))
    ratios = with_ground / without.reindex(with_ground.index)
    for measure, statistic, table in (
        ("main_duty_per_relief", "share", with_ground),
        ("acceptances_ratio", "ratio", ratios),
    ):
        for period, row in table.iterrows():
            found[measure, statistic, str(period)] = [float(value) for value in row.dropna()]
    return found


def record_block(stored: Stored, found: Sequence[Check]) -> Block:
    """Simulated bands and published dots."""
    panels = []
    for measure, statistic, kind, title in _PANELS:
        years, mean, low, high = _band(stored, SERIES[measure, statistic, kind], stock=measure in _STOCKS)
        if not len(years):
            continue
        points = [
            plots_record.Point(
                moment(check.figure.period, stock=measure in _STOCKS), check.figure.value, check.hit
            )
            for check in found
            if check.figure.measure == measure and check.figure.statistic == statistic
        ]
        panels.append(plots_record.YearPanel(title, years, mean, low, high, points))
    hits, misses, _ = tally(found)
    peaks = [check for check in found if check.figure.measure == "cg_backlog"]
    told = "; ".join(
        f"{check.figure.as_of}: published {check.figure.value:,.0f}, simulated {_whole(check.mean)}"
        for check in peaks
    )
    return Block(
        key="record",
        uri=svg_uri(plots_record.record(panels, projected_from=PROJECTED_FROM)),
        alt=f"Simulated series against the published record, {hits} hits and {misses} misses. "
        f"People waiting for a conclusive decision, {told}.",
        caption="Reconstruction. Referrals, decision capacity and shares positive are inputs up to 2025, so "
        "this "
        "checks the bookkeeping and the queue, not foresight. The shaded years are projected.",
        table=reconstruction_table(
            [
                check
                for check in found
                if kind_of(check.figure.period) != "quarter" or not check.figure.is_input
            ],
            "Backlogs, waits and people: published and simulated",
        ),
    )


def quarterly_table(found: Sequence[Check]) -> Table:
    """Every quarter's referrals and decisions."""
    return reconstruction_table(
        [check for check in found if check.figure.is_input],
        "Referrals and decisions by quarter: published and simulated",
    )


def reconstruction_table(found: Sequence[Check], caption: str) -> Table:
    """Published beside simulated, hit or missed, with source and confidence."""
    rows = []
    for check in found:
        figure = check.figure
        verdict = "not measured" if check.hit is None else "hit" if check.hit else "missed"
        kind = "" if figure.statistic == "count" else f", {figure.statistic}"
        told = _told(check)
        simulated = "not measured"
        if check.low is not None and check.high is not None:
            simulated = f"{told(check.mean)} ({told(check.low)} to {told(check.high)})"
        rows.append(
            (
                MEASURES[figure.measure] + kind,
                figure.as_of,
                told(figure.value),
                simulated,
                verdict,
                f"{figure.source}, {figure.confidence}",
            )
        )
    head = (
        "Measure",
        "When",
        "Published",
        "Simulated: mean (range over runs)",
        "Verdict",
        "Source, confidence",
    )
    return Table(caption, head, tuple(rows))


def caveats(found: Sequence[Check]) -> list[str]:
    """What must be read beside a published figure, with what the run holds for it."""
    said = []
    for measure, words in CAVEATS.items():
        own = [check for check in found if check.figure.measure == measure]
        told = "; ".join(
            f"{check.figure.as_of}: {_told(check)(check.figure.value)} recorded, "
            + (
                f"{_told(check)(check.mean)} in the model, {'hit' if check.hit else 'missed'}"
                if check.mean is not None
                else "not measured in this result"
            )
            for check in own
        )
        said.append(f"{MEASURES[measure]}. {told}. {words}")
    return said


def street_count(stored: Stored) -> str:
    """The survivors on the street on one night beside everyone counted in England; empty if not stored."""
    nights = series(stored, "rough_one_night")
    if ROUGH_YEAR not in nights.index:
        return ""
    people = float(nights.loc[[ROUGH_YEAR]].to_numpy(float).mean())
    return (
        f"Context, neither hit nor miss: on the night of 1 November {ROUGH_YEAR}, {people:,.0f} of the "
        "survivors followed "
        f"in England and Wales sleep rough in the model (mean over runs). {ROUGH_COUNT:,} people, survivors "
        "or not, were "
        "counted or estimated sleeping rough in England on one night that autumn: "
        f"{people / ROUGH_COUNT:.0%} of that "
        "number. The rates of losing and finding a sofa were set with about a tenth in mind, so this is no "
        "test of them."
    )


def summary(found: Sequence[Check]) -> str:
    """Hits and misses in one sentence, inputs and results of the queue apart."""
    inputs = tally([check for check in found if check.figure.is_input])
    results = tally([check for check in found if not check.figure.is_input])
    text = (
        f"Of {sum(inputs)} quarterly figures that were inputs, {inputs[0]} are hit and {inputs[1]} missed; "
        "of "
        f"{sum(results)} backlogs, waits and counts that the queue and the rules produce, {results[0]} are "
        "hit and "
        f"{results[1]} missed"
    )
    absent = inputs[2] + results[2]
    if absent:
        text += f" ({absent} could not be compared: this result holds no value for them)"
    return text + "."


def years_block(stored: Stored) -> Block | None:
    """Waits, backlog and places in use, year by year, under every scenario."""
    panels = []
    for name, title, stock in OVER_YEARS:
        lines = []
        for story in stored.stories:
            years, mean, _, _ = _band(stored, name, stock=stock, scenario=story.name)
            ahead = years >= PROJECTED_FROM - 0.5
            if ahead.any():
                lines.append(plots_record.ScenarioLine(story.title, years[ahead], mean[ahead]))
        if len(lines) == len(stored.stories):
            panels.append((title, lines))
    if not panels:
        return None
    moments = _middles([line.years for _, lines in panels for line in lines])
    rows = [
        (title, line.label, *(_rounded(_nearest(line, moment)) for moment in moments))
        for title, lines in panels
        for line in lines
    ]
    head = [f"{int(moment)}" for moment in moments]
    told = "; ".join(
        f"{title}: " + ", ".join(f"{line.label} {_rounded(float(line.mean[-1]))}" for line in lines)
        for title, lines in panels
    )
    return Block(
        key="years",
        uri=svg_uri(plots_record.over_years(panels, projected_from=PROJECTED_FROM)),
        alt=f"Lines over the projected years for every set of rules. At the end of the period, {told}.",
        caption="What the options do to everybody else: people in support, safehouse places and waits in "
        "calendar "
        "time, means over runs. Longer stays make others wait only where the places are full.",
        table=Table(
            "Means over runs, in the middle of a year (medians: of the whole year)",
            ("Measure", "Rules", *head),
            tuple(rows),
        ),
    )


def _middles(years: Sequence[Floats], most: int = 4) -> list[float]:
    """Middles of years that all of these series reach: the first, the last, and others evenly between.

    Examples
    --------
    >>> import numpy as np
    >>> _middles([np.arange(2025.5, 2032.1, 0.25), np.arange(2025.5, 2032)])
    [2025.5, 2027.5, 2029.5, 2031.5]
    """
    first, last = max(each[0] for each in years), min(each[-1] for each in years)
    within = range(int(first - 0.5), int(last) + 1)
    reached = [year + 0.5 for year in within if first - 0.25 <= year + 0.5 <= last + 0.25] or [float(first)]
    chosen = {round(k * (len(reached) - 1) / (most - 1)) for k in range(most)}
    return [reached[k] for k in sorted(chosen)]


def _nearest(line: plots_record.ScenarioLine, moment: float) -> float:
    """What the line says nearest to a moment; the earlier of two that are equally near."""
    return float(line.mean[abs(line.years - moment).argmin()])


def _band(
    stored: Stored, name: str, *, stock: bool, scenario: str = "baseline"
) -> tuple[Floats, Floats, Floats, Floats]:
    import numpy as np

    table = series(stored, name, scenario)
    values = table.where(np.isfinite(table)).dropna(how="all")  # a median that half never reach is infinite
    years = np.array([moment(str(period), stock=stock) for period in values.index])
    mean, low, high = (values.agg(how, axis="columns").to_numpy(float) for how in ("mean", "min", "max"))
    return years, mean, low, high


def _whole(value: float | None) -> str:
    return "not measured" if value is None else f"{value:,.0f}"


def _with_decimals(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}"


def _told(check: Check) -> Callable[[float | None], str]:
    return _with_decimals if check.figure.is_part else _whole


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
