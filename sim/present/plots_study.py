"""The figures of studies: bars or dots with intervals by name, and a curve that meets a target.

Pure functions from numbers to SVG bytes; what they mean in words stands in `sim.present.study`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.present.drawing import (
    FAINT,
    INK,
    OPTION_COLOURS,
    OPTION_DASHES,
    as_svg,
    hand,
    quiet_grid,
    sheet,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.ticker import Locator

MARKS = ("o", "s", "^", "D")


@dataclass(frozen=True)
class Dots:
    """One series of values by name; `low` and `high` are the ends of intervals, None where there are none."""

    title: str
    values: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


def dots(names: Sequence[str], series: Sequence[Dots], axis: str, centre: float | None = 0.0) -> bytes:
    """Dots with intervals, one row a name, the first at the top.

    Parameters
    ----------
    names : sequence of str, shape (n,)
    series : sequence of Dots
        Each of n values; labelled below if there are several.
    axis : str
        What the values are, with their unit.
    centre : float, optional
        Where an upright line stands.

    Returns
    -------
    bytes
        SVG.
    """
    labels = [
        wrapped(name.replace(".", ". ") if "_" in name else name, 27).replace(". ", ".") for name in names
    ]
    rows = [1 + 0.55 * (label.count("\n")) for label in labels]
    several = len(series) > 1
    with hand():
        height = 0.42 * max(sum(rows), 2.0) + (0.95 if several else 0.65)
        figure = sheet(height)
        bottom = 0.9 if several else 0.6
        axes = figure.add_axes((0.385, bottom / height, 0.585, (height - bottom - 0.05) / height))
        places = [sum(rows[:n]) + rows[n] / 2 for n in range(len(rows))]
        for number, one in enumerate(series):
            colour, mark = OPTION_COLOURS[number % len(OPTION_COLOURS)], MARKS[number % len(MARKS)]
            shift = 0.26 * (number - (len(series) - 1) / 2)
            at = [place + shift for place in places]
            if one.low is not None and one.high is not None:
                axes.hlines(at, one.low, one.high, color=colour, linewidth=1.6)
            axes.plot(one.values, at, mark, color=colour, markersize=5.5, label=one.title)
        if centre is not None:
            axes.axvline(centre, color=INK, linewidth=0.9)
        axes.set_yticks(places, labels)
        axes.set_ylim(sum(rows), 0)
        axes.tick_params(axis="y", colors=INK)
        quiet_grid(axes, "x")
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_color(FAINT)
        axes.set_xlabel(axis)
        axes.xaxis.set_major_locator(_few_ticks())
        if several:
            figure.legend(
                loc="lower left", ncols=len(series), frameon=False, fontsize=10, bbox_to_anchor=(0.0, 0.0)
            )
        return as_svg(figure)


def curve(
    settings: Sequence[float],
    mean: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    target: float,
    root: tuple[float, float, float] | None,
    axes_titles: tuple[str, str],
) -> bytes:
    """A measure by setting, each with its interval; the target; the root and its interval on the axis.

    Parameters
    ----------
    settings, mean, low, high : sequence of float, shape (n,)
    target : float
    root : (float, float, float) or None
        Root, and the ends of its interval cut at the ends of the range.
    axes_titles : (str, str)
        Of the setting, and of the measure.

    Returns
    -------
    bytes
        SVG.
    """
    with hand():
        figure = sheet(3.6)
        axes = figure.add_axes((0.125, 0.16, 0.765, 0.74))
        axes.vlines(settings, low, high, color=OPTION_COLOURS[0], linewidth=1.6)
        axes.plot(settings, mean, "o-", color=OPTION_COLOURS[0], markersize=5)
        axes.axhline(target, color=INK, linewidth=0.9, dashes=(4, 3))
        axes.annotate(
            "target",
            (1, target),
            xycoords=("axes fraction", "data"),
            xytext=(5, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            annotation_clip=False,
            color=INK,
            fontsize=10,
        )
        if root is not None:
            axes.axvspan(root[1], root[2], color=OPTION_COLOURS[1], alpha=0.2, linewidth=0)
            axes.axvline(root[0], color=OPTION_COLOURS[1], linewidth=1.6, linestyle=OPTION_DASHES[1])
        quiet_grid(axes)
        axes.spines["bottom"].set_color(FAINT)
        axes.set_xlabel(axes_titles[0])
        axes.set_title(wrapped(axes_titles[1], 66), fontsize=10)
        return as_svg(figure)


def _few_ticks() -> Locator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(6)
