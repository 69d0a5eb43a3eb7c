"""The figure of groups: a row a group, a column an option, each difference with its interval.

A pure function from numbers to SVG bytes: it reads no file and chooses no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sim.present.drawing import INK, QUIET, SHADE, as_svg, hand, quiet_grid, sheet


@dataclass(frozen=True)
class ForestRow:
    """A group's difference; without a mean its place stays blank."""

    heading: str
    label: str
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ForestPanel:
    """One option: everybody first, then the groups; the same rows in every panel."""

    title: str
    rows: Sequence[ForestRow]


_ROW: Final = 0.185
_LEFT: Final = 0.30


def forest(panels: Sequence[ForestPanel], unit: str) -> bytes:
    """Draw groups against options; all panels share one scale.

    Parameters
    ----------
    panels : sequence of ForestPanel
        One to four.
    unit : str
        Unit of the differences.
    """
    with hand():
        places, headings = _places(panels[0].rows)
        lines = max(panel.title.count("\n") + 1 for panel in panels)
        top, foot = 0.18 + 0.17 * lines, 0.45
        bottom_place = min([*places, *headings.values()])
        height = top + foot + _ROW * (1 - bottom_place)
        figure = sheet(height)
        values = [
            value
            for panel in panels
            for row in panel.rows
            for value in (row.mean, row.low, row.high)
            if value is not None
        ]
        reach = min([0.0, *values]), max([0.0, *values])
        margin = 0.06 * (reach[1] - reach[0]) or 1.0
        width = (0.985 - _LEFT) / len(panels)
        for number, panel in enumerate(panels):
            axes = figure.add_axes(
                (
                    _LEFT + number * width + 0.012,
                    foot / height,
                    width - 0.024,
                    1 - (top + foot) / height,
                )
            )
            axes.set_xlim(reach[0] - margin, reach[1] + margin)
            axes.set_ylim(bottom_place - 0.7, 0.7)
            whole = panel.rows[0]
            if whole.low is not None and whole.high is not None:
                axes.axvspan(whole.low, whole.high, color=SHADE, zorder=0)
            axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
            for place, row in zip(places, panel.rows, strict=True):
                if row.mean is None:
                    continue
                if row.low is not None and row.high is not None:
                    axes.plot([row.low, row.high], [place, place], color=INK, linewidth=1.5, zorder=2)
                axes.plot([row.mean], [place], marker="o", markersize=3.8, color=INK, zorder=3)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.locator_params(axis="x", nbins=3)
            quiet_grid(axes, "x")
            axes.set_title(panel.title, fontsize=8.5, loc="center", linespacing=1.1)
            if number == 0:
                axes.set_xlabel(f"difference, {unit}", loc="left")
                _write_labels(axes, places, headings, panel.rows)
        return as_svg(figure)


def _places(rows: Sequence[ForestRow]) -> tuple[list[float], dict[str, float]]:
    """Heights of rows and of headings, from 0 downwards."""
    places: list[float] = []
    headings: dict[str, float] = {}
    at = 0.0
    for row in rows:
        if row.heading and row.heading not in headings:
            at -= 0.35
            headings[row.heading] = at
            at -= 1.0
        places.append(at)
        at -= 1.0
    return places, headings


def _write_labels(
    axes: object, places: Sequence[float], headings: dict[str, float], rows: Sequence[ForestRow]
) -> None:
    """Names of groups left of the first panel, under the headings of their subjects."""
    from matplotlib.axes import Axes
    from matplotlib.transforms import blended_transform_factory

    assert isinstance(axes, Axes)
    beside = blended_transform_factory(axes.figure.transFigure, axes.transData)
    for heading, place in headings.items():
        axes.text(
            0.0, place, heading, transform=beside, va="center", fontsize=9.5, fontweight="bold", color=INK
        )
    for place, row in zip(places, rows, strict=True):
        bold = "bold" if not row.heading else "normal"
        axes.text(
            0.015 if row.heading else 0.0,
            place,
            row.label,
            transform=beside,
            va="center",
            fontsize=9.5,
            fontweight=bold,
            color=INK if not row.heading else QUIET,
        )
