"""The figures that set a run beside the published record, and those of waits and places over the years.

Pure functions from numbers to SVG bytes. Years that are projected, not reconstructed, are shaded in every
panel. The band in a panel is the range over replications: chance only, never all that is uncertain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.present.drawing import (
    BASELINE,
    OPTION_COLOURS,
    PUBLISHED,
    QUIET,
    SHADE,
    WIDTH,
    as_svg,
    hand,
    quiet_grid,
    sheet,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]

_BAND: Final = "#9cc3dd"
_LINE: Final = OPTION_COLOURS[0]
_LONGEST_IN_TWO_COLUMNS: Final = 42


@dataclass(frozen=True)
class Point:
    """A published figure at a moment [year, as a decimal].

    A hit is drawn full, a miss hollow, and one that could not be compared (None) as a cross.
    """

    year: float
    value: float
    hit: bool | None = None


@dataclass(frozen=True)
class YearPanel:
    """A simulated series over the years, with the published points beside it.

    Attributes
    ----------
    years, mean, low, high : ndarray, shape (n_periods,)
        Mean, least and greatest over replications; years as decimals.
    points : sequence of Point
        Published figures of the same definition.
    """

    title: str
    years: Floats
    mean: Floats
    low: Floats
    high: Floats
    points: Sequence[Point] = ()


@dataclass(frozen=True)
class ScenarioLine:
    """One scenario's mean over the years, drawn beside others."""

    label: str
    years: Floats
    mean: Floats


def record(panels: Sequence[YearPanel], *, projected_from: float) -> bytes:
    """Draw simulated bands and published dots; the first panel is wide, the rest stand two by two.

    Parameters
    ----------
    panels : sequence of YearPanel
    projected_from : float
        Decimal year from which inputs are projected; later years are shaded.
    """
    small_rows = (len(panels) - 1 + 1) // 2
    with hand():
        height = 0.42 + 2.75 + 2.2 * small_rows
        figure = sheet(height)
        _legend(figure.add_axes((0.02, 1 - 0.36 / height, 0.96, 0.30 / height)))
        for number, panel in enumerate(panels):
            if number == 0:
                frame = (0.09, (height - 0.42 - 2.28) / height, 0.88, 1.95 / height)
            else:
                row, column = (number - 1) // 2, (number - 1) % 2
                bottom = height - 0.42 - 2.75 - 2.2 * row - 1.75
                frame = (0.09 + column * 0.5, bottom / height, 0.38, 1.42 / height)
            axes = figure.add_axes(frame)
            _panel(axes, panel, projected_from, label_projection=number == 0)
        return as_svg(figure)


def over_years(panels: Sequence[tuple[str, Sequence[ScenarioLine]]], *, projected_from: float) -> bytes:
    """Draw calendar-time means of every scenario, one panel a measure; the baseline is the first line.

    `projected_from` is the calendar year, with its fraction, from which the means are projections.
    """
    each = 2.35
    rows = (len(panels) + 1) // 2
    labels = [line.label for line in panels[0][1]] if panels else []
    key_columns = 1 if max(map(len, labels), default=0) > _LONGEST_IN_TWO_COLUMNS else 2
    key_rows = -(-len(labels) // key_columns)
    with hand():
        height = each * rows + 0.21 * key_rows + 0.15
        figure = sheet(height)
        _key(
            figure.add_axes((0.02, 1 - (0.21 * key_rows + 0.08) / height, 0.96, 0.21 * key_rows / height)),
            labels,
            key_columns,
        )
        for number, (title, lines) in enumerate(panels):
            row, column = number // 2, number % 2
            bottom = height - (0.21 * key_rows + 0.15) - each * row - 0.38 - 1.5
            axes = figure.add_axes((0.09 + column * 0.5, bottom / height, 0.38, 1.5 / height))
            first = min(float(line.years[0]) for line in lines)
            last = max(float(line.years[-1]) for line in lines)
            axes.axvspan(max(projected_from, first), last, color=SHADE, linewidth=0, zorder=0)
            for rank, line in reversed(list(enumerate(lines))):
                colour = BASELINE if rank == 0 else OPTION_COLOURS[(rank - 1) % len(OPTION_COLOURS)]
                axes.plot(line.years, line.mean, color=colour, linewidth=2.2 if rank == 0 else 1.5, zorder=3)
            _axes_of_years(axes, title, first, last)
        return as_svg(figure)


def _panel(axes: Axes, panel: YearPanel, projected_from: float, *, label_projection: bool) -> None:
    last = float(panel.years[-1])
    axes.axvspan(projected_from, max(last, projected_from), color=SHADE, linewidth=0, zorder=0)
    axes.fill_between(panel.years, panel.low, panel.high, color=_BAND, linewidth=0, zorder=2)
    axes.plot(panel.years, panel.mean, color=_LINE, linewidth=1.5, zorder=3)
    size = 6.0 if len(panel.points) < 20 else 3.6
    for point in panel.points:
        axes.plot(
            [point.year],
            [point.value],
            marker="x" if point.hit is None else "o",
            markersize=size,
            markeredgecolor=PUBLISHED,
            markeredgewidth=1.2 if size > 4 else 0.9,
            markerfacecolor=PUBLISHED if point.hit else "white",
            clip_on=False,
            zorder=4,
        )
    _axes_of_years(axes, panel.title, float(panel.years[0]), last)
    if label_projection and last > projected_from + 1:
        axes.text(
            projected_from + 0.15,
            0.97,
            "projected",
            transform=axes.get_xaxis_transform(),
            va="top",
            color=QUIET,
        )


def _axes_of_years(axes: Axes, title: str, first: float, last: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_title(title)
    axes.set_xlim(first, last)
    axes.set_ylim(bottom=0, top=None if axes.dataLim.ymax > 0 else 1)
    wide = axes.get_position().width > 0.5
    every = (1 if last - first < 8 else 2) if wide else (2 if last - first < 8 else 4)
    axes.set_xticks([year for year in range(2014, 2061, every) if first <= year <= last])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(thousands))
    quiet_grid(axes)


def thousands(value: float, _position: int | None = None) -> str:
    """A tick's number, in the unit of its axis, thousands as k."""
    if abs(value) >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}"


def _legend(axes: Axes) -> None:
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, 1)
    axes.axis("off")
    axes.fill_between([0.0, 0.32], 0.25, 0.75, color=_BAND, linewidth=0)
    axes.plot([0.0, 0.32], [0.5, 0.5], color=_LINE, linewidth=1.5)
    axes.text(0.4, 0.5, "simulated: mean, range", va="center", color=QUIET)
    axes.text(2.3, 0.5, "published:", va="center", color=QUIET)
    for x, text, marker, face in (
        (3.2, "hit", "o", PUBLISHED),
        (3.75, "missed", "o", "white"),
        (4.65, "not compared", "x", PUBLISHED),
    ):
        axes.plot([x], [0.5], marker=marker, markersize=6, markerfacecolor=face, markeredgecolor=PUBLISHED)
        axes.text(x + 0.11, 0.5, text, va="center", color=QUIET)


def _key(axes: Axes, labels: Sequence[str], columns: int) -> None:
    axes.set_xlim(0, 2)
    axes.set_ylim(-(-len(labels) // columns), 0)
    axes.axis("off")
    for rank, label in enumerate(labels):
        colour = BASELINE if rank == 0 else OPTION_COLOURS[(rank - 1) % len(OPTION_COLOURS)]
        x, y = rank % columns, rank // columns + 0.5
        axes.plot([x, x + 0.09], [y, y], color=colour, linewidth=2.2 if rank == 0 else 1.5)
        axes.text(x + 0.11, y, label, va="center")
