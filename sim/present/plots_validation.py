"""The figures of a validation: waits with their quantiles, blind projections beside the benchmark, pilots.

Pure functions from numbers to SVG bytes, in the hand of `drawing`. Bands are ranges over runs or futures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.present.drawing import INK, OPTION_COLOURS, PUBLISHED, QUIET, SHADE, as_svg, hand, quiet_grid, sheet
from sim.present.plots_record import Point, thousands

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]

_BAND: Final = "#9cc3dd"
_WIDE_BAND: Final = "#d6e6f1"
_LINE: Final = OPTION_COLOURS[0]
_FLUIDS: Final = (OPTION_COLOURS[1], OPTION_COLOURS[2])


@dataclass(frozen=True)
class Line:
    """A series: years as decimals, shape (n,), with its mean and its range."""

    years: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class ProjectionPanel:
    """A projected series, the benchmarks' means by label, and the published figures."""

    title: str
    model: Line
    fluids: Sequence[tuple[str, Line]]
    points: Sequence[Point]
    known_until: float
    share: bool = False


@dataclass(frozen=True)
class WaitPanel:
    """Waits of those decided in each year: median, quartiles and outer deciles, with published figures."""

    title: str
    years: Floats
    quantiles: Sequence[Floats]
    medians: Sequence[Point]
    means: Sequence[Point]


@dataclass(frozen=True)
class ShareRow:
    """A share: mean and range over runs, and what was published."""

    label: str
    mean: float
    low: float
    high: float
    published: float
    hit: bool | None


def waits(panels: Sequence[WaitPanel]) -> bytes:
    """Draw waits by year: p10 to p90 light, quartiles darker, the median as a line."""
    height = 0.65 + 2.5 * len(panels)
    with hand():
        figure = sheet(height)
        _key(
            figure.add_axes((0.02, 1 - 0.54 / height, 0.96, 0.48 / height)),
            [("median", _LINE), ("middle half", _BAND), ("p10 to p90", _WIDE_BAND)],
            [("published median", "o"), ("published mean", "D")],
        )
        for row, panel in enumerate(panels):
            axes = figure.add_axes((0.09, (height - 0.65 - 2.5 * row - 2.1) / height, 0.88, 1.75 / height))
            p10, p25, median, p75, p90 = panel.quantiles
            axes.fill_between(panel.years, p10, p90, color=_WIDE_BAND, linewidth=0)
            axes.fill_between(panel.years, p25, p75, color=_BAND, linewidth=0)
            axes.plot(panel.years, median, color=_LINE, linewidth=1.6)
            _points(axes, panel.medians, "o")
            _points(axes, panel.means, "D")
            _years(axes, panel.title, float(panel.years[0]) - 0.5, float(panel.years[-1]) + 0.5)
            axes.set_ylabel("days")
        return as_svg(figure)


def projections(panels: Sequence[ProjectionPanel]) -> bytes:
    """Draw blind projections two by two: the futures' range, the benchmarks' means, the published figures."""
    rows = (len(panels) + 1) // 2
    height = 0.6 + 2.25 * rows
    labels = [label for label, _ in panels[0].fluids]
    with hand():
        figure = sheet(height)
        _key(
            figure.add_axes((0.02, 1 - 0.54 / height, 0.96, 0.48 / height)),
            [("model, blind: mean and range", _LINE), *zip(labels, _FLUIDS, strict=False)],
            [("published", "o")],
        )
        for number, panel in enumerate(panels):
            row, column = divmod(number, 2)
            bottom = (height - 0.6 - 2.25 * row - 1.85) / height
            axes = figure.add_axes((0.09 + 0.5 * column, bottom, 0.38, 1.5 / height))
            last = max([float(panel.model.years[-1]), *(point.year for point in panel.points)]) + 0.2
            axes.axvspan(panel.known_until, last, color=SHADE, linewidth=0, zorder=0)
            line = panel.model
            axes.fill_between(line.years, line.low, line.high, color=_BAND, linewidth=0, zorder=2)
            axes.plot(line.years, line.mean, color=_LINE, linewidth=1.6, zorder=3)
            for (_, fluid), colour, dash in zip(
                panel.fluids, _FLUIDS, ((0, (4, 2)), (0, (1.5, 1.5))), strict=False
            ):
                axes.plot(fluid.years, fluid.mean, color=colour, linewidth=1.4, linestyle=dash, zorder=3)
            _points(axes, panel.points, "o")
            first = max(float(line.years[0]), panel.known_until - 4.0)
            _years(axes, panel.title, first, last)
            top = max(
                [
                    float(line.high[line.years >= first].max()),
                    *(p.value for p in panel.points if p.year >= first),
                ]
                + [float(fluid.mean[fluid.years >= first].max()) for _, fluid in panel.fluids]
            )
            axes.set_ylim(0, 1.0 if panel.share else top * 1.08)
        return as_svg(figure)


def shares(rows: Sequence[ShareRow]) -> bytes:
    """Draw shares as rows: the range over runs with its mean, and the published share."""
    height = 0.65 + 0.34 * len(rows) + 0.45
    with hand():
        figure = sheet(height)
        _key(
            figure.add_axes((0.02, 1 - 0.54 / height, 0.96, 0.48 / height)),
            [("model: mean and range over runs", _LINE)],
            [("published", "o")],
        )
        axes = figure.add_axes((0.36, 0.4 / height, 0.6, 0.34 * len(rows) / height))
        for place, row in enumerate(rows):
            axes.plot([row.low, row.high], [place, place], color=_BAND, linewidth=7, solid_capstyle="butt")
            axes.plot([row.mean], [place], marker="|", markersize=11, color=_LINE, markeredgewidth=2)
            _points(axes, [Point(row.published, float(place), row.hit)], "o")
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        quiet_grid(axes, "x")
        return as_svg(figure)


def _points(axes: Axes, points: Sequence[Point], marker: str) -> None:
    for point in points:
        axes.plot(
            [point.year],
            [point.value],
            marker=marker,
            markersize=4.6 if len(points) > 12 else 5.6,
            markeredgecolor=PUBLISHED,
            markeredgewidth=1.1,
            markerfacecolor=PUBLISHED if point.hit else "white",
            linestyle="none",
            zorder=5,
        )


def _years(axes: Axes, title: str, first: float, last: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_title(title)
    axes.set_xlim(first, last)
    axes.set_ylim(bottom=0)
    every = 2 if last - first > 6 else 1
    axes.set_xticks([year for year in range(2014, 2061, every) if first <= year <= last])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(thousands))
    quiet_grid(axes)


def _key(axes: Axes, lines: Sequence[tuple[str, str]], markers: Sequence[tuple[str, str]]) -> None:
    """A key in two rows at most: colours, then markers; a full marker is a hit, a hollow one a miss."""
    axes.set_xlim(0, 6.3)
    rows = 2
    axes.set_ylim(0, rows)
    axes.axis("off")
    x, y = 0.0, rows - 0.5
    items = [(label, colour, "") for label, colour in lines]
    items += [(f"{label} (full: hit)", PUBLISHED, marker) for label, marker in markers]
    for label, colour, marker in items:
        length = 0.082 * len(label) + 0.5
        if x + length > 6.5:
            x, y = 0.0, y - 1.0
        if marker:
            axes.plot([x + 0.1], [y], marker=marker, markersize=5.6, color=PUBLISHED, linestyle="none")
        else:
            axes.plot(
                [x, x + 0.24], [y, y], color=colour, linewidth=4 if colour in (_BAND, _WIDE_BAND) else 2
            )
        axes.text(x + 0.3, y, label, va="center", color=INK if marker else QUIET)
        x += length
