"""The three figures about people: where they live, who comes back in crisis, and the paired differences.

Pure functions from numbers to SVG bytes: they read no file, choose no figure and say nothing in words. The
figures about the published record stand in `plots_record`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.present.drawing import (
    BASELINE,
    FAINT,
    INK,
    OPTION_COLOURS,
    OPTION_DASHES,
    QUIET,
    WIDTH,
    as_svg,
    hand,
    label_beside,
    quiet_grid,
    sheet,
    wrapped,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]

PLACE_LABELS: Final[dict[str, str]] = {
    "insecure": "Nowhere secure",
    "unknown": "Not known",
    "asylum_accommodation": "Asylum accommodation",
    "council_temporary": "Council temporary",
    "bridging": "Bridging home",
    "safehouse": "Safehouse",
    "settled": "Settled home",
    "custody": "Custody",
    "left": "Left the UK or died",
}
"""Place categories from the bottom of the stack to the top: what matters most stands on the zero line."""

PLACE_COLOURS: Final[dict[str, str]] = {
    "insecure": "#c8400a",
    "unknown": "#6b3a1e",
    "asylum_accommodation": "#f2b134",
    "council_temporary": "#8fc7e8",
    "bridging": "#5b6bb5",
    "safehouse": "#0067a6",
    "settled": "#1f9e7a",
    "custody": "#8b929a",
    "left": "#dfe3e8",
}


@dataclass(frozen=True)
class PlacesPanel:
    """Shares of the cohort by place on each day since the positive decision, in one scenario."""

    title: str
    days: Floats
    shares: Mapping[str, Floats]


@dataclass(frozen=True)
class Curve:
    """A share of the cohort that only grows with the days since the positive decision."""

    label: str
    days: Floats
    share: Floats


@dataclass(frozen=True)
class Dot:
    """A paired difference: its mean, the interval from chance and the range over assumptions."""

    label: str
    mean: float
    low: float | None = None
    high: float | None = None
    band_low: float | None = None
    band_high: float | None = None


@dataclass(frozen=True)
class DotPanel:
    """The differences of one measure, one dot an option."""

    title: str
    unit: str
    better: str
    dots: Sequence[Dot] = field(default_factory=tuple)


def places(panels: Sequence[PlacesPanel]) -> bytes:
    """Draw stacked places by day since the positive decision: the first panel is the baseline.

    Parameters
    ----------
    panels : sequence of PlacesPanel
        Baseline first. Shares are of the whole cohort, between 0 and 1; categories as in `PLACE_LABELS`.

    Returns
    -------
    bytes
        SVG. Every panel has the same axes; the dashed line repeats the baseline's share with nowhere secure.
    """
    rows = 1 + (len(panels)) // 2
    with hand():
        height = 0.22 + 2.55 * rows
        figure = sheet(height)
        baseline = panels[0]
        for number, panel in enumerate(panels):
            row, column = (0, 0) if number == 0 else (1 + (number - 1) // 2, (number - 1) % 2)
            left = 0.09 + column * 0.485
            bottom = (height - 0.5 - 2.55 * row - 1.55) / height
            axes = figure.add_axes((left, bottom, 0.395, 1.55 / height))
            _stack(axes, panel)
            axes.set_title(wrapped(panel.title, 34), fontsize=10.5)
            if number:
                axes.plot(
                    baseline.days,
                    100 * baseline.shares["insecure"],
                    color="white",
                    linewidth=2.6,
                    solid_capstyle="butt",
                )
                axes.plot(
                    baseline.days, 100 * baseline.shares["insecure"], color=INK, linewidth=1.3, dashes=(4, 2)
                )
            if column == 0:
                axes.set_ylabel("% of survivors")
            if number in (0, len(panels) - 1, len(panels) - 2):
                axes.set_xlabel("days since the positive decision")
            if number == 0:
                _label_stack(axes, panel)
        if len(panels) > 1:
            note = "Dashed, below: share with\nnowhere secure today"
            figure.text(0.56, (height - 0.5 - 1.55) / height, note, fontsize=10, color=QUIET, va="center")
        return as_svg(figure)


def _stack(axes: Axes, panel: PlacesPanel) -> None:
    names = [name for name in PLACE_LABELS if name in panel.shares]
    axes.stackplot(
        panel.days,
        [100 * panel.shares[name] for name in names],
        colors=[PLACE_COLOURS[name] for name in names],
        edgecolor="white",
        linewidth=0.5,
    )
    last = float(panel.days[-1])
    axes.set_xlim(0, last)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100])
    axes.set_xticks([day for day in (0, 180, 365, 545, 730) if day <= last])
    axes.tick_params(length=2)
    axes.spines["left"].set_visible(False)


def _label_stack(axes: Axes, panel: PlacesPanel) -> None:
    labels, floor = [], 0.0
    for name, text in PLACE_LABELS.items():
        if name in panel.shares:
            share = 100 * float(panel.shares[name][-1])
            if max(panel.shares[name]) > 0.002:
                labels.append((text, floor + share / 2, PLACE_COLOURS[name]))
            floor += share
    last = float(panel.days[-1])
    # The foot of the space is kept free for the note on the dashed line.
    label_beside(axes, labels, x_from=last, x_to=last * 1.09, gap=13, limits=(22, 112))


def re_presentation(panels: Sequence[tuple[str, Sequence[Curve]]]) -> bytes:
    """Draw cumulative shares by day, one panel a definition; the first curve of each panel is the baseline.

    Parameters
    ----------
    panels : sequence of (title, curves)
        Shares between 0 and 1. Panels have their own heights, and all start at zero.
    """
    each = 2.75
    with hand():
        height = each * len(panels) + 0.1
        figure = sheet(height)
        for number, (title, curves) in enumerate(panels):
            bottom = (height - 0.38 - each * number - 1.78) / height
            axes = figure.add_axes((0.085, bottom, 0.58, 1.78 / height))
            top = max(5.0, *(100 * float(curve.share.max()) for curve in curves)) * 1.08
            labels = []
            for rank, curve in enumerate(curves):
                colour = BASELINE if rank == 0 else OPTION_COLOURS[(rank - 1) % len(OPTION_COLOURS)]
                dashes = "-" if rank == 0 else OPTION_DASHES[(rank - 1) % len(OPTION_DASHES)]
                axes.plot(
                    curve.days,
                    100 * curve.share,
                    color=colour,
                    linestyle=dashes,
                    linewidth=2.4 if rank == 0 else 1.7,
                    zorder=2 + rank,
                )
                labels.append((curve.label, 100 * float(curve.share[-1]), colour))
            last = float(curves[0].days[-1])
            axes.set_xlim(0, last)
            axes.set_ylim(0, top)
            axes.set_xticks([day for day in (0, 90, 180, 365, 545, 730) if day <= last])
            axes.set_title(title, pad=9)
            axes.set_ylabel("% of survivors")
            axes.set_xlabel("days since the positive decision")
            quiet_grid(axes)
            texts = [(wrapped(text, 25), at, colour) for text, at, colour in labels]
            lines = max((text.count("\n") + 1 for text, _, _ in texts), default=1)
            label_beside(
                axes,
                texts,
                x_from=last,
                x_to=last * 1.06,
                gap=top * (0.105 * lines + 0.02),
                limits=(0, top * 0.96),
            )
        return as_svg(figure)


def differences(panels: Sequence[DotPanel], assumptions: int | None = None) -> bytes:
    """Draw paired differences, option minus today's rules: dot, interval from chance, range over assumptions.

    A dot with no interval (one replication) is drawn hollow. Zero has a line of its own in every panel.
    `assumptions` is over how many the range goes.
    """
    import math

    with hand():
        lines = [1 + max(_lines(dot.label) for dot in panel.dots) for panel in panels]
        heights = [0.30 + 0.19 * lines[k] * len(panel.dots) + 0.52 for k, panel in enumerate(panels)]
        top = 0.62
        height = sum(heights) + top
        figure = sheet(height)
        _legend_of_differences(figure.add_axes((0.02, 1 - 0.5 / height, 0.96, 0.42 / height)), assumptions)
        above = top
        for panel, tall in zip(panels, heights, strict=True):
            bottom = (height - above - tall + 0.50) / height
            axes = figure.add_axes((0.335, bottom, 0.63, (tall - 0.80) / height))
            reach = [0.0]
            for row, dot in enumerate(panel.dots):
                values = [dot.mean, dot.low, dot.high, dot.band_low, dot.band_high]
                reach += [value for value in values if value is not None and math.isfinite(value)]
                _dot(axes, len(panel.dots) - 1 - row, dot)
            low, high = min(reach), max(reach)
            margin = 0.07 * (high - low) or 1.0
            axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
            axes.set_xlim(low - margin, high + margin)
            axes.set_ylim(-0.6, len(panel.dots) - 0.4)
            axes.set_yticks(
                range(len(panel.dots)),
                [wrapped(dot.label, _LABEL_WIDTH) for dot in reversed(panel.dots)],
                color=INK,
            )
            axes.spines["left"].set_visible(False)
            quiet_grid(axes, "x")
            axes.text(
                -0.503,
                1.04,
                panel.title,
                transform=axes.transAxes,
                fontsize=10.5,
                fontweight="bold",
                va="bottom",
            )
            axes.set_xlabel(f"difference from today's rules, {panel.unit}{_direction(panel.better)}")
            above += tall
        return as_svg(figure)


_LABEL_WIDTH: Final = 27


def _lines(label: str) -> int:
    return wrapped(label, _LABEL_WIDTH).count("\n") + 1


def _direction(better: str) -> str:
    return {"lower": " (left is better)", "higher": " (right is better)"}.get(better, "")


def _dot(axes: Axes, row: float, dot: Dot) -> None:
    if dot.band_low is not None and dot.band_high is not None:
        axes.plot(
            [dot.band_low, dot.band_high],
            [row, row],
            color="#b9d3e6",
            linewidth=9,
            solid_capstyle="butt",
            zorder=2,
        )
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [row, row], color=INK, linewidth=2, solid_capstyle="butt", zorder=3)
    filled = dot.low is not None
    axes.plot(
        [dot.mean],
        [row],
        marker="o",
        markersize=6.5,
        markerfacecolor=INK if filled else "white",
        markeredgecolor=INK,
        markeredgewidth=1.2,
        zorder=4,
    )


def _legend_of_differences(axes: Axes, count: int | None) -> None:
    """One line that shows the three signs with their names."""
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, 1)
    axes.axis("off")
    style: dict[str, Any] = {"va": "center", "fontsize": 10, "color": QUIET}
    axes.plot([0.08], [0.5], marker="o", markersize=6.5, color=INK)
    axes.text(0.2, 0.5, "mean difference", **style)
    axes.plot([1.68, 2.05], [0.5, 0.5], color=INK, linewidth=2)
    axes.text(2.12, 0.5, "95% interval from chance", **style)
    axes.plot([4.2, 4.57], [0.5, 0.5], color="#b9d3e6", linewidth=9, solid_capstyle="butt")
    axes.text(
        4.64,
        0.5,
        "range over assumptions" if count is None else f"range over {count} assumption{'s' * (count != 1)}",
        **style,
    )
    axes.plot([0, WIDTH], [0.02, 0.02], color=FAINT, linewidth=0.8)
