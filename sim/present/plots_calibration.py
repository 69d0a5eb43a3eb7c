"""The figures of a calibration: what remains of each range wave by wave, of pairs, and what rules most out.

Pure functions from numbers to SVG bytes, in the hand of `drawing`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.present.drawing import INK, OPTION_COLOURS, PUBLISHED, QUIET, SHADE, as_svg, hand, quiet_grid, sheet

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_LABELS: Final = 0.40  # where the panels begin, as a share of the width
_WAVES: Final = ("#9cc3dd", "#4d93bf", "#0b4f7a")
_MARK: Final = 6.0
PAIRS: Final = 4
CELLS: Final = 10


@dataclass(frozen=True)
class RangeRow:
    """One parameter: its ends in words, the shipped place or None if outside, and for each wave five places:
    least, 5%, middle, 95%, greatest of what remains."""

    label: str
    low: str
    high: str
    shipped: float | None
    waves: Sequence[tuple[float, float, float, float, float]]


@dataclass(frozen=True)
class ShareBar:
    """A figure and the share that it rules out by itself; None where it was not used."""

    label: str
    share: float | None


def ranges(rows: Sequence[RangeRow]) -> bytes:
    """Draw what remains of each range: one bar a wave, its middle nine tenths thick."""
    waves = max(len(row.waves) for row in rows)
    labels = [f"{wrapped(row.label, 34)}\n{row.low} to {row.high}" for row in rows]
    step = max(0.17 * waves + 0.17, 0.16 * max(label.count("\n") + 1 for label in labels) + 0.06)
    height = 0.75 + step * len(rows) + 0.1
    with hand():
        figure = sheet(height)
        axes = figure.add_axes((_LABELS, 0.1 / height, 0.93 - _LABELS, step * len(rows) / height))
        for place, row in enumerate(rows):
            if place % 2 == 0:
                axes.axhspan(place - 0.5, place + 0.5, color=SHADE, linewidth=0, zorder=0)
            for number, (least, low, middle, high, greatest) in enumerate(row.waves):
                at = place - 0.5 + (number + 1) / (waves + 1)
                colour = _WAVES[min(number, len(_WAVES) - 1)]
                axes.plot([least, greatest], [at, at], color=colour, linewidth=1.2, solid_capstyle="butt")
                axes.plot([low, high], [at, at], color=colour, linewidth=5.0, solid_capstyle="butt")
                axes.plot([middle], [at], marker="|", markersize=8.0, color=INK, markeredgewidth=1.4)
            if row.shipped is not None:
                axes.plot(
                    [row.shipped],
                    [place],
                    marker="D",
                    markersize=_MARK,
                    color=PUBLISHED,
                    clip_on=False,
                    zorder=5,
                )
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(-0.01, 1.01)
        axes.set_yticks(range(len(rows)), labels, fontsize=9.0)
        axes.set_xticks([0.0, 0.5, 1.0], ["low end", "middle", "high end"])
        axes.xaxis.tick_top()
        quiet_grid(axes, "x")
        key = figure.add_axes((0.02, 1 - 0.34 / height, 0.96, 0.3 / height))
        key.set_axis_off()
        key.set_xlim(0, 1)
        key.set_ylim(0, 1)
        at = 0.0
        for number in range(waves):
            colour = _WAVES[min(number, len(_WAVES) - 1)]
            key.plot([at, at + 0.04], [0.5, 0.5], color=colour, linewidth=5.0, solid_capstyle="butt")
            key.text(at + 0.05, 0.5, f"after wave {number + 1}", va="center", color=INK)
            at += 0.215
        key.plot([at + 0.02], [0.5], marker="D", markersize=_MARK, color=PUBLISHED)
        key.text(at + 0.045, 0.5, "shipped", va="center", color=INK)
        return as_svg(figure)


def pairs(labels: Sequence[str], places: Floats, shipped: Sequence[float]) -> bytes:
    """Draw how much of the space behind each cell of a pair of ranges remains, dark for most.

    Parameters
    ----------
    labels : sequence of str
        Two or more parameters.
    places : ndarray, shape (n, n_labels)
        From 0 to 1, drawn evenly from what remains.
    shipped : sequence of float
        The shipped configuration on the same axes.
    """
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    number, edges = len(labels), np.linspace(0, 1, CELLS + 1)
    height = 1.5 * (number - 1) + 0.75
    shades = LinearSegmentedColormap.from_list("left", ["#ffffff", "#9cc3dd", "#0b4f7a"])
    with hand():
        figure = sheet(height)
        wide = 0.84 / (number - 1)
        for row in range(1, number):
            for column in range(row):
                axes = figure.add_axes(
                    (
                        0.14 + wide * column,
                        1 - (0.08 + 1.5 * row) / height,
                        0.9 * wide,
                        1.36 / height,
                    )
                )
                counts, _, _ = np.histogram2d(
                    places[:, column], places[:, row], bins=CELLS, range=[[0, 1], [0, 1]]
                )
                axes.pcolormesh(
                    edges, edges, counts.T / counts.max(), cmap=shades, vmin=0, vmax=1, rasterized=False
                )
                if 0 <= shipped[column] <= 1 and 0 <= shipped[row] <= 1:
                    axes.plot(
                        [shipped[column]],
                        [shipped[row]],
                        marker="D",
                        markersize=_MARK,
                        color=PUBLISHED,
                        clip_on=False,
                    )
                axes.set_xticks([])
                axes.set_yticks([])
                axes.set_xlim(0, 1)
                axes.set_ylim(0, 1)
                for side in axes.spines.values():
                    side.set_visible(True)
                    side.set_color(QUIET)
                if column == 0:
                    axes.set_ylabel(wrapped(labels[row], 22), fontsize=8.5, color=INK)
                if row == number - 1:
                    axes.set_xlabel(wrapped(labels[column], 22), fontsize=8.5, color=INK)
        return as_svg(figure)


def wrapped(label: str, width: int) -> str:
    """A label in lines of at most so many characters."""
    return "\n".join(textwrap.wrap(label, width))


def bars(rows: Sequence[ShareBar]) -> bytes:
    """Draw the share of the ranges that each figure rules out by itself."""
    labels = [wrapped(row.label, 52) for row in rows]
    height = 0.45 + 0.37 * len(rows)
    with hand():
        figure = sheet(height)
        axes = figure.add_axes((0.52, 0.35 / height, 0.42, (height - 0.45) / height))
        for place, row in enumerate(rows):
            if row.share is None:
                axes.text(0.01, place, "not used", va="center", color=QUIET, fontsize=9.0)
                continue
            axes.barh([place], [row.share], height=0.62, color=OPTION_COLOURS[0])
            axes.text(row.share + 0.01, place, f"{row.share:.0%}", va="center", color=INK, fontsize=9.0)
        axes.set_yticks(range(len(rows)), labels, fontsize=9.0)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        quiet_grid(axes, "x")
        return as_svg(figure)
