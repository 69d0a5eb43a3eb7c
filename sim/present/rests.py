"""What the answer rests on, as tables: the assumption band, the three lengths of stay, the assumed values.

Takes effects that have been worked out and the evidence register; reads no result and computes no statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim.present.figures import Table
from sim.present.names import metric_name
from sim.present.read import Story
from sim.present.words import Assumption, Effect, noun_of, signed

STAY: Final = "post_cg_stay"
"""Entry of the band under which every result of extended support is shown at each of its settings."""
_EXTENDS: Final = ("support.floor.", "support.move_on_days", "support.needs_assessment.")


def extends_support(story: Story) -> bool:
    """Whether an option lets support last longer, alone or among other changes."""
    return any(path.startswith(_EXTENDS) for path, _, _ in story.changes)


def runs_in_words(count: int) -> str:
    """``1 run``, ``4 runs``."""
    return f"{count} {'run' if count == 1 else 'runs'}"


def stay_table(headline: Sequence[Effect], options: Sequence[Story], central: str) -> Table | None:
    """Every headline difference of the options that extend support at the three mean stays in support.

    Parameters
    ----------
    headline : sequence of Effect
    options : sequence of Story
    central : str
        The mean stay of the central world [days], empty if it is not known.

    Returns
    -------
    Table or None
        None if no option extends support, or if the stay was not varied in this result.
    """
    longer = {story.title for story in options if extends_support(story)}
    shown = [(effect, stay) for effect in headline if effect.option in longer and (stay := _stay(effect))]
    if not shown:
        return None
    effect, stay = shown[0]
    settings = (
        ("set low", stay.low_setting, stay.runs),
        ("central", central, effect.replications),
        ("set high", stay.high_setting, stay.runs),
    )
    heads = (
        f"{f'{setting} days' if setting else word} ({runs_in_words(runs)})"
        for word, setting, runs in settings
    )
    rows = tuple(
        (
            effect.option,
            f"{metric_name(effect.metric).title} ({noun_of(effect.unit)})",
            *(
                "not run" if value is None else signed(value, effect.unit)
                for value in (stay.at_low, effect.mean, stay.at_high)
            ),
        )
        for effect, stay in shown
    )
    return Table(
        "Differences at three mean stays in support after the decision under today's rules",
        ("Option", "Measure", *heads),
        rows,
    )


def _stay(effect: Effect) -> Assumption | None:
    return next((each for each in effect.varied if each.entry == STAY), None)


def band_table(primary: Sequence[Effect]) -> Table | None:
    """The first headline difference at the low and the high setting of each assumption."""
    rows = [
        (
            assumption.title,
            effect.option,
            *(
                signed(value, effect.unit) if value is not None else "not run"
                for value in (assumption.at_low, effect.mean, assumption.at_high)
            ),
            "turns" if assumption.turns else "could turn" if assumption.could_turn else "stays",
        )
        for effect in primary
        for assumption in effect.varied
    ]
    if not rows:
        return None
    return Table(
        f"{metric_name(primary[0].metric).title}: difference from today's rules with one assumption changed",
        ("Assumption", "Option", "Set low", "Central", "Set high", "Direction"),
        tuple(sorted(rows, key=lambda row: row[0])),
    )


def assumptions() -> list[dict[str, str]]:
    """Structural assumptions from the evidence register."""
    from sim.config.evidence import register

    return [
        {"id": str(entry.id), "sentence": str(entry.sentence), "switch": str(entry.switch or "")}
        for entry in register().assumptions()
    ]


def assumed() -> Table:
    """Every parameter whose value has no published source, with the reason for it."""
    from sim.config.evidence import register

    rows = [
        (
            entry.meaning,
            "" if entry.range is None else f"{entry.range[0]:g} to {entry.range[1]:g}",
            entry.unit,
            entry.assumed or "",
            entry.path,
        )
        for entry in register().entries
        if entry.confidence == "assumed" and entry.kind != "run" and "*" not in entry.path
    ]
    head = ("What it means", "Range", "Unit", "Why this value", "Parameter")
    return Table(f"The {len(rows)} parameters whose value is assumed", head, tuple(rows))


def setting(config: dict[str, Any], path: str) -> str:
    """A value of the stored configuration as text; empty if it is not there."""
    found: Any = config
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return f"{found:g}" if isinstance(found, int | float) else ""
