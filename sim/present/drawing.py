"""The hand in which every figure is drawn: one font, few colours, labels beside lines, the same bytes.

Holds no figure of its own. Drawing goes through matplotlib's own objects and never through pyplot, so nothing
is left behind in the process; settings are in force only while a figure is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 6.6
"""Width of every figure [inches]: about 630 px on a screen, where the smallest letters are 10 pt."""

INK: Final = "#1d2530"
QUIET: Final = "#5b6570"
FAINT: Final = "#d5dae0"
PUBLISHED: Final = "#b3261e"
SHADE: Final = "#f0f2f5"

BASELINE: Final = "#1d2530"
OPTION_COLOURS: Final = ("#0072b2", "#d55e00", "#007a5a", "#8a4f9e", "#a06a00", "#3b8ea5")
"""Colours of the options, in order; told apart by readers with any colour vision, and always labelled too."""

OPTION_DASHES: Final[tuple[Any, ...]] = (
    "-",
    (0, (5, 2)),
    (0, (1.5, 1.5)),
    (0, (6, 2, 1.5, 2)),
    (0, (3, 1)),
    "-",
)

_SETTINGS: Final[dict[str, Any]] = {
    "svg.hashsalt": "cliffedge",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.0,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.titlecolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": True,
}


@contextmanager
def hand() -> Iterator[None]:
    """Keep the project's drawing settings in force inside the block, and only there."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in _SETTINGS.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def sheet(height: float) -> Figure:
    """Return an empty figure of the common width and this height [inches]."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    return figure


def as_svg(figure: Figure) -> bytes:
    """Return the figure as SVG: no date, no version, the same bytes for the same data."""
    from io import BytesIO

    buffer = BytesIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None}
    )
    return buffer.getvalue()


def quiet_grid(axes: Axes, axis: str = "y") -> None:
    """Draw faint lines across one axis and take the tick marks away."""
    getattr(axes, f"{axis}axis").grid(True)
    axes.tick_params(length=0)


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart until neighbours are at least `gap` from each other.

    Parameters
    ----------
    positions : sequence of float, shape (n,)
        Where each label would like to be, in any one unit of length that `gap`, `low` and `high` share.
    gap : float
        Smallest distance between two labels; reduced if they cannot all fit.
    low, high : float
        Limits of the space.

    Returns
    -------
    list of float, shape (n,)
        Positions in the order given, which keep their order from low to high.

    Examples
    --------
    >>> spread([0.0, 0.0, 10.0], 2.0, 0.0, 10.0)
    [0.0, 2.0, 10.0]
    """
    if not positions:
        return []
    if len(positions) > 1:
        gap = min(gap, (high - low) / (len(positions) - 1))
    order = sorted(range(len(positions)), key=lambda index: (positions[index], index))
    placed: list[float] = []
    for rank, index in enumerate(order):
        floor = low if not placed else placed[-1] + gap
        ceiling = high - gap * (len(order) - 1 - rank)
        placed.append(min(max(positions[index], floor), max(ceiling, floor)))
    result = [0.0] * len(positions)
    for index, place in zip(order, placed, strict=True):
        result[index] = place
    return result


def label_beside(
    axes: Axes,
    labels: Sequence[tuple[str, float, str]],
    *,
    x_from: float,
    x_to: float,
    gap: float,
    limits: tuple[float, float],
) -> None:
    """Write labels (text, height, colour) beside the right end of a panel, each tied to its height.

    `x_from` is where the data end and `x_to` where the text starts, both in data units; `gap` and `limits`
    are as in `spread`.
    """
    heights = [height for _, height, _ in labels]
    for (text, height, colour), placed in zip(labels, spread(heights, gap, *limits), strict=True):
        axes.plot(
            [x_from, x_to],
            [height, placed],
            color=colour,
            linewidth=1.0,
            clip_on=False,
            solid_capstyle="butt",
        )
        axes.annotate(
            text,
            (x_to, placed),
            xytext=(4, 0),
            textcoords="offset points",
            color=INK,
            va="center",
            ha="left",
            fontsize=10,
            linespacing=1.05,
            annotation_clip=False,
        )


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width)) or text
