"""The figures of the validation page: series with published points, waits, projections with benchmarks.

Turns a stored validation and its scores into blocks; drawing is done in `plots_record` and
`plots_validation`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sim.present import plots_record, plots_validation
from sim.present.figures import Block, Table, svg_uri
from sim.present.history import kind_of, moment
from sim.present.plots_record import Point
from sim.validate.fluid import ORDERS
from sim.validate.words import interval_of, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from sim.experiment.store import Result
    from sim.validate.findings import Projection, Values
    from sim.validate.score import Score

    Floats = npt.NDArray[np.float64]

_END: Final = 2026.0
_STOCKS: Final = frozenset({"cg_backlog", "rg_backlog", "people_in_support"})
_Panel = tuple[str, str, tuple[str, ...]]
_PILOTS: Final = {
    "pilots_rejected_share": "Refused",
    "pilots_need_accommodation": "Need accommodation",
    "pilots_not_fluent": "Not fluent in English",
    "pilots_male": "Men",
}
_SETS: Final[tuple[tuple[str, str, tuple[_Panel, ...]], ...]] = (
    (
        "decisions",
        "Decisions by quarter",
        (
            ("cg_backlog", "Waiting for a conclusive decision", ("cg_backlog",)),
            ("referrals", "Referrals a quarter", ("referrals",)),
            ("rg_decisions", "RG decisions a quarter", ("rg_decisions",)),
            ("cg_decisions", "CG decisions a quarter", ("cg_decisions",)),
            ("rg_backlog", "Waiting for an RG decision", ("rg_backlog",)),
        ),
    ),
    (
        "shares",
        "Shares positive by year",
        (
            ("rg_positive_share_year", "RG: share positive, all ages", ("rg_positive_share",)),
            ("rg_positive_share_year_adult", "RG: adults", ("rg_positive_share_adult",)),
            ("rg_positive_share_year_child", "RG: children", ("rg_positive_share_child",)),
            ("cg_positive_share_year", "CG: all ages", ("cg_positive_share",)),
            (
                "cg_positive_share_enforcement",
                "CG: Immigration Enforcement",
                ("cg_positive_share_enforcement",),
            ),
        ),
    ),
    (
        "support-and-after",
        "Support, repeats and councils",
        (
            ("people_in_support", "Adults in support at quarter end", ("in_support",)),
            ("support_entrants", "Adults entering, contract year", ("support_entrants",)),
            ("supported_in_year", "Supported in a contract year", ("supported_in_year",)),
            ("repeat_referrals", "Repeat referrals (points: people)", ("repeat_referrals",)),
            ("duties_started_england", "Council duties, England", ("duties_started",)),
        ),
    ),
)


def place_of(period: str, *, stock: bool) -> float:
    """Where a period or a day stands on the axis of years.

    Examples
    --------
    >>> place_of("2017-08-31", stock=True), place_of("2019", stock=False)
    (2017.663, 2019.5)
    """
    if len(period) == 10 and period[4] == "-":
        day = date.fromisoformat(period)
        return round(day.year + (day.timetuple().tm_yday - 1) / 365.0, 3)
    return moment(period, stock=stock)


def _line(told: Values, series: str, kinds: tuple[str, ...]) -> plots_validation.Line | None:
    """A stored series of one kind of period: mean and range over runs; periods without a value left out."""
    import numpy as np

    rows = []
    for (name, period), values in told.items():
        finite = [value for value in values if np.isfinite(value)]
        if name == series and finite and kind_of(period) in kinds:
            rows.append(
                (moment(period, stock=series in _STOCKS), float(np.mean(finite)), min(finite), max(finite))
            )
    if not rows:
        return None
    years, mean, low, high = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return plots_validation.Line(years, mean, low, high)


def _any_kind(told: Values, series: str) -> plots_validation.Line | None:
    """The series by quarter if it is kept so, else by year or by a year that straddles two."""
    for kind in ("quarter", "year", "straddling year"):
        if (line := _line(told, series, (kind,))) is not None:
            return line
    return None


def _points(scores: Sequence[Score], groups: tuple[str, ...], *, stock: bool) -> list[Point]:
    return [
        Point(place_of(one.target.period, stock=stock), one.target.value, one.hit)
        for one in scores
        if one.target.group in groups
    ]


def series_block(result: Result, scores: Sequence[Score]) -> list[Block]:
    """The reconstruction's series with every published point of the same definition."""
    from sim.experiment.plan import CENTRAL
    from sim.validate.findings import values

    told = values(result, CENTRAL)
    blocks = []
    for key, title, chosen in _SETS:
        panels, own = [], []
        for series, name, groups in chosen:
            line = _any_kind(told, series)
            if line is None:
                continue
            shown_scores = [one for one in scores if one.target.group in groups]
            own += shown_scores
            points = _points(scores, groups, stock=series in _STOCKS)
            panels.append(plots_record.YearPanel(name, line.years, line.mean, line.low, line.high, points))
        hits = sum(one.hit is True for one in own)
        missed = sum(one.hit is False for one in own)
        told_misses = (
            "; ".join(_told(one) for one in own if one.hit is False) if missed <= 8 else "see the table"
        )
        blocks.append(
            Block(
                key=key,
                uri=svg_uri(plots_record.record(panels, projected_from=_END)),
                alt=f"{title}, simulated and published: {hits} hits and {missed} misses. "
                f"Missed: {told_misses or 'none'}.",
                caption=f"{title}, reconstructed. Band: least to greatest run. Full dots are hits, hollow "
                f"dots misses.",
                table=_short_table(title, own),
            )
        )
    return blocks


def _told(one: Score) -> str:
    unit = one.target.unit
    return (
        f"{one.target.title} {one.target.as_of}, published {shown(one.target.value, unit)}, "
        f"simulated {shown(one.mean, unit)}"
    )


def _short_table(caption: str, scores: Sequence[Score]) -> Table:
    return Table(
        caption,
        ("Target", "When", "Published", "Model: mean (least to greatest)", "Verdict", "Source"),
        tuple(
            (
                one.target.title,
                one.target.as_of,
                shown(one.target.value, one.target.unit),
                interval_of(one),
                one.verdict,
                one.target.source,
            )
            for one in scores
        ),
    )


def waits_block(result: Result, scores: Sequence[Score]) -> Block:
    """Waits by year with quantiles, both stages."""
    import numpy as np

    from sim.experiment.plan import CENTRAL
    from sim.validate.findings import values

    told = values(result, CENTRAL)
    panels, rows = [], []
    for stage, title in (
        ("cg", "Days from referral to conclusive decision, by year decided"),
        ("rg", "Days from referral to reasonable grounds decision, by year decided"),
    ):
        words = ("p10", "p25", "median", "p75", "p90")
        lines = [_line(told, f"{stage}_wait_{word}", ("year",)) for word in words]
        kept = [line for line in lines if line is not None]
        if len(kept) < len(words):
            continue
        years = kept[0].years
        medians = _points(scores, (f"{stage}_wait_median", f"{stage}_wait_median_quarter"), stock=False)
        means = _points(scores, (f"{stage}_wait_mean", f"{stage}_wait_mean_quarter"), stock=False)
        panels.append(plots_validation.WaitPanel(title, years, [line.mean for line in kept], medians, means))
        for k, year in enumerate(years):
            rows.append((title, f"{year - 0.5:.0f}", *(f"{line.mean[k]:,.0f}" for line in kept)))
    own = [one for one in scores if "_wait_" in one.target.group and one.target.unit == "days"]
    alt = "; ".join(f"{_told(one)}, {one.verdict}" for one in own) or "nothing published"
    last = f" In {int(np.floor(years[-1]))} the medians stand at the right." if panels else ""
    return Block(
        key="waits",
        uri=svg_uri(plots_validation.waits(panels)),
        alt=f"Waits by year of decision with their quantiles. {alt}.{last}",
        caption="Waits of those decided in each year: median, middle half, and p10 to p90, means over "
        "runs. Those "
        "still waiting are not in them, as in the publications.",
        table=Table(
            "Quantiles of waits, days", ("Stage", "Year", "p10", "p25", "median", "p75", "p90"), tuple(rows)
        ),
    )


def pilots_block(scores: Sequence[Score]) -> Block | None:
    """The shares that the Local Authority Pathway pilots reported; None if nobody was referred in the run."""
    own = [one for one in scores if one.target.group.startswith("pilots_")]
    rows = [
        plots_validation.ShareRow(
            _PILOTS.get(one.target.group, one.target.title),
            one.mean,
            one.low,
            one.high,
            one.target.value,
            one.hit,
        )
        for one in own
        if one.target.unit == "share"
        and one.mean is not None
        and one.low is not None
        and one.high is not None
    ]
    if not rows:
        return None
    told = "; ".join(f"{_told(one)}, {one.verdict}" for one in own)
    return Block(
        key="pilots",
        uri=svg_uri(plots_validation.shares(rows)),
        alt=f"Local Authority Pathway pilots, shares of those referred. {told}.",
        caption="The Local Authority Pathway pilots of 2018 to 2020, as an option of the past from "
        "April 2018 to March 2020: few people in each run, so the ranges are wide.",
        table=_short_table("The pilots", own),
    )


def projection_block(result: Result, one: Projection) -> Block:
    """A blind projection beside both benchmarks and the published figures."""
    from sim.validate.findings import values
    from sim.validate.machinery import FLUID

    told = values(result, one.name)
    panels = []
    for series, kind, title, groups in (
        ("cg_backlog", "quarter", "Waiting for a CG decision", ("cg_backlog",)),
        (
            "cg_wait_median",
            "year",
            "Days to CG decision, median",
            ("cg_wait_median", "cg_wait_median_quarter"),
        ),
        ("referrals", "quarter", "Referrals a quarter", ("referrals",)),
        ("cg_decisions", "quarter", "CG decisions a quarter", ("cg_decisions",)),
        ("rg_positive_share_year", "year", "RG: share positive", ("rg_positive_share",)),
        ("cg_positive_share_year", "year", "CG: share positive", ("cg_positive_share",)),
    ):
        model = _line(told, series, (kind,))
        fluids = [
            (label, _line(told, f"{FLUID}{order}/{series}", (kind,))) for order, label in ORDERS.items()
        ]
        if model is None:
            continue
        panels.append(
            plots_validation.ProjectionPanel(
                title,
                model,
                [(label, line) for label, line in fluids if line is not None],
                _points(one.scores, groups, stock=series in _STOCKS),
                float(one.day.year + 1),
                share=series.endswith("share_year"),
            )
        )
    missed = [score for score in one.scores if score.hit is False and score.target.group == "cg_backlog"]
    return Block(
        key=one.name.replace("_", "-"),
        uri=svg_uri(plots_validation.projections(panels)),
        alt=f"Blind projection from {one.day}: {one.model.hits} later targets hit and {one.model.misses} "
        f"missed. " + "; ".join(_told(score) for score in missed),
        caption="Shaded: not known on the day. The band is the range over futures of the inputs; published "
        "figures "
        "in the shaded years were not used.",
        table=_short_table(
            "Later targets of these series",
            [
                score
                for score in one.scores
                if score.target.group
                in (
                    "cg_backlog",
                    "cg_wait_median",
                    "cg_wait_median_quarter",
                    "cg_decisions",
                    "referrals",
                    "rg_positive_share",
                    "cg_positive_share",
                )
            ],
        ),
    )
