"""The page of a calibration: what the record rules out, what it leaves, and on what that rests.

`write` puts ``calibration.html`` into the folder of the calibration: no script, no outside request, every
figure with a text alternative and its numbers. What is ruled out is decided in `sim.calibrate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.calibrate.words import NO_BELIEF, goal_rows, not_held_against, ranges, sentences, share
from sim.present import pages
from sim.present import plots_calibration as plots
from sim.present.figures import Block, Table, svg_uri

if TYPE_CHECKING:
    from pathlib import Path

    from sim.calibrate.carry_out import Calibration
    from sim.calibrate.match import Wave

FILE_NAME: Final = "calibration.html"


def write(found: Calibration) -> Path:
    """Write the page beside the set.

    Raises
    ------
    SimError
        If it cannot be written.
    """
    return pages.write(found.folder / FILE_NAME, render(found))


def render(found: Calibration) -> str:
    """Return the page as HTML."""
    return pages.html_of("calibration.html", content(found), roomy=True)


def content(found: Calibration) -> dict[str, Any]:
    """Everything the template shows, as plain values."""
    told = found.told
    head, rows = goal_rows(found)
    lines = [line for line in sentences(found) if line != NO_BELIEF]
    return {
        "title": "Which settings does the record not rule out?",
        "no_belief": NO_BELIEF,
        "answer": lines[0],
        "lines": lines[1:],
        "figures": [bars_block(found), *_left_blocks(found)],
        "goals": Table("Every figure that runs are held against", tuple(map(_capital, head)), tuple(rows)),
        "waves": _waves_table(found),
        "emulators": [_emulators_table(one) for one in found.match.waves],
        "parameters": _parameters_table(found),
        "tolerances": Table(
            "Tolerances, all assumed",
            ("Figure", "Observation", "Model discrepancy", "Scale", "Reason"),
            tuple(
                dict.fromkeys(
                    (one.title, f"{one.observation:g}", f"{one.discrepancy:g}", one.scale, one.reason)
                    for one in found.goals
                )
            ),
        ),
        "not_held": Table(
            "Fitted figures that runs are not held against", ("Figure", "Why not"), tuple(not_held_against())
        ),
        "left_out": Table(
            "Not varied, since no figure to the end of 2022 bears on it",
            ("What", "Why"),
            tuple((_capital(name), why) for name, why in found.space.left_out.items()),
        ),
        "held": ", ".join(found.space.held),
        "command": str(told["command"]),
        "facts": [
            ("Seed", str(told["seed"])),
            ("Source", str(told["program"])),
            ("Configuration", str(told["configuration"])),
            ("Figures and tolerances", str(told["figures and tolerances"])),
        ],
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def bars_block(found: Calibration) -> Block:
    """What each figure rules out by itself of all the ranges."""
    first = found.match.waves[0]
    told = [
        (f"{goal.title}, {goal.when}", None if alone != alone else float(alone))
        for goal, alone in zip(found.goals, first.alone.tolist(), strict=True)
    ]
    told.sort(key=lambda one: -1.0 if one[1] is None else one[1], reverse=True)
    bars = [plots.ShareBar(label, value) for label, value in told]
    most = [f"{label} {share(value)}" for label, value in told[:3] if value]
    none = sum(value == 0.0 for _, value in told)
    alt = (
        f"Bars: of all settings, by itself each figure rules out: {'; '.join(most) or 'nothing'}. "
        f"{none} of {len(told)} figures rule out nothing by themselves."
    )
    rows = tuple((label, "not used" if value is None else f"{value:.1%}") for label, value in told)
    return Block(
        "rules-out",
        svg_uri(plots.bars(bars)),
        alt,
        "Share of the ranges that each published figure rules out by itself, as the emulators of the first "
        "wave judge it.",
        Table("Ruled out by each figure alone", ("Figure", "Share of the ranges"), rows),
    )


def _left_blocks(found: Calibration) -> list[Block]:
    """What remains of single ranges and of pairs; nothing if no wave left anything."""
    waves = [one for one in found.match.waves if not one.left.empty]
    if not waves:
        return []
    blocks = [_ranges_block(found, waves)]
    if not found.match.left.empty and len(found.space) > 1:
        blocks.append(_pairs_block(found))
    return blocks


def _ranges_block(found: Calibration, waves: list[Wave]) -> Block:
    rows, cells = [], []
    narrowed: list[tuple[float, str]] = []
    for number, (one, at) in enumerate(zip(found.space.dimensions, found.space.shipped, strict=True)):
        five = [ranges(wave.left.places, number) for wave in waves]
        shown = at if 0.0 <= at <= 1.0 else None
        rows.append(plots.RangeRow(one.title, f"{one.low:g}", f"{one.high:g}", shown, five))
        narrowed.append((five[-1][3] - five[-1][1], one.title))
        cells.append(
            (
                one.title,
                f"{one.low:g} to {one.high:g}",
                f"{one.shipped:g}",
                *(
                    f"{one.at(low):.3g} to {one.at(high):.3g} ({one.at(mid):.3g})"
                    for _, low, mid, high, _ in five
                ),
            )
        )
    narrowed.sort()
    alt = (
        f"For each of {len(rows)} parameters, what remains of its range after each wave. Narrowed most: "
        + "; ".join(
            f"{title} (nine tenths of the settings in {width:.0%} of its range)"
            for width, title in narrowed[:3]
        )
        + f". Narrowed least: {narrowed[-1][1]} ({narrowed[-1][0]:.0%})."
    )
    head = (
        "Parameter",
        "Range",
        "Shipped",
        *(f"After wave {one.number}: 5% to 95% (middle)" for one in waves),
    )
    return Block(
        "ranges",
        svg_uri(plots.ranges(rows)),
        alt,
        "What remains of each range: thick for the middle nine tenths of the settings that are not ruled "
        "out, thin to the ends, a stroke at the middle. Even use of a whole range is thick from 5% to 95%.",
        Table("What remains of each range", head, tuple(cells)),
    )


def _pairs_block(found: Calibration) -> Block:
    import numpy as np

    places = found.match.left.places
    width = np.quantile(places, 0.95, axis=0) - np.quantile(places, 0.05, axis=0)
    chosen = np.argsort(width)[: min(plots.PAIRS, len(found.space))]
    labels = [found.space.dimensions[one].title for one in chosen]
    shipped = [found.space.shipped[one] for one in chosen]
    together = np.asarray(np.corrcoef(places[:, chosen].T))
    rows = []
    for one in range(1, len(chosen)):
        for other in range(one):
            rows.append((labels[other], labels[one], f"{float(together[one, other]):+.2f}".replace("-", "−")))
    strongest = max(rows, key=lambda row: abs(float(row[2].replace("−", "-"))))
    alt = (
        f"For each pair of the {len(chosen)} parameters that are narrowed most, how much of the space behind "
        f"each cell remains. Most bound to each other: {strongest[0]} and {strongest[1]} "
        f"(correlation {strongest[2]})."
    )
    return Block(
        "pairs",
        svg_uri(plots.pairs(labels, places[:, chosen], shipped)),
        alt,
        "How much of the space behind each cell remains (optical depth), over the greatest: dark for most, "
        "white for none that was drawn. Each axis is a whole range, low end to high; the diamond is the "
        "shipped setting.",
        Table("How the remaining settings hang together", ("One", "Other", "Correlation"), tuple(rows)),
    )


def _waves_table(found: Calibration) -> Table:
    rows = []
    for one in found.match.waves:
        strictest = found.match.strictest(one)
        rows.append(
            (
                str(one.number),
                f"{strictest[0].title}, {strictest[0].when} ({share(strictest[1])})" if strictest else "none",
                str(one.runs),
                str(len(one.used)),
                share(one.left.volume),
                f"{one.left.least:.1f}",
                share(one.allowed),
            )
        )
    head = (
        "Wave",
        "Rules out most by itself",
        "Settings run",
        "Figures used",
        "Ranges that remain",
        "Least implausibility",
        "Its runs not ruled out without emulator",
    )
    return Table("What each wave did", head, tuple(rows))


def _emulators_table(wave: Wave) -> Table:
    rows = []
    for one in wave.goals:
        told = one.judgement
        rows.append(
            (
                f"{one.goal.title}, {one.goal.when}",
                str(told.runs) if told else "none",
                f"{max(told.explained, 0.0):.1%}" if told else "none",
                f"{told.error / told.tolerance:.2f}" if told else "none",
                f"{told.honest:.0%}" if told else "none",
                one.why_not or "yes",
            )
        )
    head = ("Figure", "Settings", "Explained", "Error over tolerance", "Within three deviations", "Used")
    return Table(f"Emulators of wave {wave.number}, leaving one setting out at a time", head, tuple(rows))


def _parameters_table(found: Calibration) -> Table:
    how = {"value": "", "set": " (steps to 2022)", "factor": " (times the shipped steps to 2022)"}
    return Table(
        "What is varied",
        ("Parameter", "Path", "Range", "Shipped", "Unit", "Reason"),
        tuple(
            (
                one.title,
                one.path + how[one.how],
                f"{one.low:g} to {one.high:g}",
                f"{one.shipped:g}",
                one.unit if one.how != "factor" else "ratio",
                one.reason,
            )
            for one in found.space.dimensions
        ),
    )


__all__ = ["FILE_NAME", "content", "render", "write"]
