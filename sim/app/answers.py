"""What the answer page shows of a stored result: its sentences, its headline table and one figure.

Made by `sim.present` from the stored result alone, so that the web page, the terminal and the comparison page
cannot disagree. Nothing here is HTML.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.present.read import Stored


def answer_of(folder: Path) -> dict[str, Any]:
    """The answer in words and as a table, as plain values.

    Raises
    ------
    SimError
        If the result is not whole, or holds nothing to compare.
    """
    from sim.errors import SimError
    from sim.present import page, words
    from sim.present.figures import band_title
    from sim.present.levers import settings_told
    from sim.present.read import effects, load

    stored = load(folder)
    headline = effects(stored, stored.headline)
    if not headline:
        raise SimError(f"{folder.name} holds today's rules only: there is nothing to compare them with.")
    primary = [effect for effect in headline if effect.metric == headline[0].metric]
    manifest = stored.manifest
    return {
        "run_id": str(manifest["run_id"]),
        "title": str(manifest["title"]),
        "command": str(manifest["command"]),
        "created": str(manifest["created"]),
        "seed": str(manifest["seed"]),
        "world": settings_told(str(manifest["command"])),
        "replications": stored.comparison.replications,
        "band_replications": stored.comparison.band_replications,
        "options": [
            {"name": one.name, "title": one.title, "why": list(one.why), "changes": list(one.rules)}
            for one in stored.options
        ],
        "answers": page.answers(stored, headline),
        "how_sure": words.how_sure(primary),
        "range_title": band_title(headline),
        "table": page.headline_table(headline),
        "groups": _groups(stored),
    }


def _groups(stored: Stored) -> dict[str, Any] | None:
    """The first headline measure by group, and when a cell is hidden; None if the result holds no groups."""
    from sim.present.equity import group_table, rule_in_words

    table = group_table(stored, stored.headline[0])
    return None if table is None else {"rule": rule_in_words(stored), "table": asdict(table)}


def figure_of(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The figure of differences: what it shows in words with its numbers, and the picture as SVG."""
    from sim.present.figures import differences_block
    from sim.present.names import SAID_LATER
    from sim.present.read import effects, load

    stored = load(folder)
    headline = effects(stored, stored.headline)
    first = tuple(effect for effect in headline if effect.metric not in SAID_LATER) or headline
    block = differences_block(first)
    picture = base64.b64decode(block.uri.partition("base64,")[2])
    return {"alt": block.alt, "caption": block.caption, "table": asdict(block.table)}, picture
