"""The figure of intervals that narrow as replications are added: one panel a measure and option.

A pure function from numbers to SVG bytes; what it means in words stands in `sim.present.precision`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.present.drawing import (
    FAINT,
    INK,
    OPTION_COLOURS,
    QUIET,
    as_svg,
    hand,
    quiet_grid,
    sheet,
    wrapped,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FROM: Final = 3
"""Replications of the first interval drawn: that of two is so wide that it would hide all others."""


@dataclass(frozen=True)
class Panel:
    """One interval's way; arrays of shape (n,), entry k after k + 1 replications, in the unit shown."""

    title: str
    option: str
    unit: str
    mean: Floats
    low: Floats
    high: Floats
    wanted: float


def narrowing(panels: Sequence[Panel], first: int | None) -> bytes:
    """Draw every panel: mean, interval, and the width asked for around the last mean.

    Parameters
    ----------
    panels : sequence of Panel
    first : int or None
        Number of replications from which all were narrow enough.

    Returns
    -------
    bytes
        SVG.
    """
    import numpy as np

    tall, rows = 2.6, (len(panels) + 1) // 2
    options = list(dict.fromkeys(panel.option for panel in panels))
    with hand():
        height = tall * rows + 0.05
        figure = sheet(height)
        for number, panel in enumerate(panels):
            row, column = divmod(number, 2)
            left, bottom = 0.105 + 0.5 * column, (height - tall * row - 2.1) / height
            axes = figure.add_axes((left, bottom, 0.37, 1.3 / height))
            counts = np.arange(1, len(panel.mean) + 1)
            seen = counts >= FROM
            colour = OPTION_COLOURS[options.index(panel.option) % len(OPTION_COLOURS)]
            ends = [panel.mean[-1] - panel.wanted, panel.mean[-1] + panel.wanted]
            for end in ends:
                axes.axhline(end, color=INK, linewidth=0.9, dashes=(4, 3))
            axes.axhline(0.0, color=QUIET, linewidth=0.8)
            axes.fill_between(
                counts[seen], panel.low[seen], panel.high[seen], color=colour, alpha=0.22, linewidth=0
            )
            axes.plot(counts[seen], panel.mean[seen], color=colour)
            if first is not None:
                axes.axvline(first, color=QUIET, linewidth=0.9)
            shown = seen & np.isfinite(panel.low)
            low = float(min(panel.low[shown].min(initial=ends[0]), ends[0]))
            high = float(max(panel.high[shown].max(initial=ends[1]), ends[1]))
            margin = 0.08 * (high - low) or 1.0
            axes.set_ylim(low - margin, high + margin)
            axes.set_xlim(min(FROM, len(panel.mean)), max(len(panel.mean), FROM + 1))
            quiet_grid(axes)
            axes.spines["bottom"].set_color(FAINT)
            axes.set_title(f"{wrapped(panel.title, 36)}\n", fontsize=10)
            axes.annotate(
                wrapped(panel.option, 40),
                (0, 1),
                xycoords="axes fraction",
                xytext=(0, 4),
                textcoords="offset points",
                color=QUIET,
                va="bottom",
                ha="left",
                fontsize=10,
            )
            axes.set_ylabel(panel.unit)
            axes.set_xlabel("replications")
        return as_svg(figure)
