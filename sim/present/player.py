"""The player: one file in which a class sees the same people under two rules, for the training room.

`write` reads a stored result that kept its events and makes a page that opens from disk: nothing is fetched,
nothing is simulated. Who is in which room comes from `player_data`, what rooms and events are called from
`player_words`; what the page does stands in ``static/player``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.present import pages

if TYPE_CHECKING:
    from sim.present.player_choice import Choice, Show

FILE_NAME: Final = "player.html"
_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = ("data.js", "words.js", "lane.js", "panels.js", "player.js")


def write(
    result_dir: Path | str, choice: Choice | None = None, out: Path | str | None = None
) -> tuple[Path, Show]:
    """Write the player of a stored result.

    Parameters
    ----------
    result_dir : Path or str
        ``results/<run-id>``, complete, its events kept.
    choice : Choice, optional
        Whom and what to show.
    out : Path or str, optional
        The file; by default ``player.html`` in the result's folder. One that is there is replaced whole.

    Returns
    -------
    path : Path
    show : Show
        What was written.

    Raises
    ------
    SimError
        If the result is not whole or kept no events, if the choice is impossible or shows nobody, or if the
        file cannot be written.
    """
    from sim.experiment.store import load
    from sim.present.player_choice import Choice, prepare

    show = prepare(load(result_dir), choice or Choice())
    target = Path(out) if out is not None else Path(result_dir) / FILE_NAME
    return pages.write(target, render(show), "player"), show


def make(
    result_dir: Path, people: int, first: str, last: str, scenarios: Sequence[str], out: Path | None
) -> str:
    """Write the player as the command line asks for it; what was written, in words.

    Raises
    ------
    SimError
        As `write`, and if `first` or `last` is not a date; empty means: not given.
    """
    from sim.present.player_choice import Choice, a_date

    choice = Choice(
        people=people, first=a_date("--from", first), last=a_date("--to", last), scenarios=tuple(scenarios)
    )
    path, show = write(result_dir, choice, out)
    shown = f"{show.n_people:,} people"
    if show.of > show.n_people:
        shown += f" (a sample of {show.of:,})"
    return (
        f"The player: {path} ({path.stat().st_size / 1e6:.1f} MB)\n{shown} under {len(show.names)} rules. "
        "Open it in a browser; it needs no network. How to use it in a class: docs/trainers_guide.md"
    )


def render(show: Show) -> str:
    """The page as HTML."""
    from markupsafe import Markup

    from sim.present.player_data import pack
    from sim.present.player_words import ROOM_WORDS

    packed = pack(show.steps)
    static = _HERE / "static" / "player"
    code = "\n".join((static / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'(() => {{\n"use strict";\n{code}\n}})();'
    style = (static / "player.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:"
    )
    return pages.template("player.html").render(
        show=show,
        policy=policy,
        rooms=list(ROOM_WORDS.values()),
        style=Markup(style),
        script=Markup(script),
        about=Markup(
            json.dumps(_about(show, packed.tokens, packed.streams), ensure_ascii=False).replace(
                "<", "\\u003c"
            )
        ),
        steps=Markup(base64.b64encode(zlib.compress(packed.content, 9)).decode("ascii")),
        days=_table(show),
    )


def _digest(text: str) -> str:
    """How a content security policy names an inline text: nothing else can run on the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _about(show: Show, tokens: list[list[int]], streams: list[list[int]]) -> dict[str, Any]:
    """What the page's script needs to know besides the steps."""
    from sim.engine.clock import date_of
    from sim.engine.log import Detail, Event, Place
    from sim.present.player_data import CASE_OPEN, HAS_WORKER, IN_SUPPORT, TICKS_A_DAY
    from sim.present.player_words import DETAIL_WORDS, EVENT_WORDS, PLACE_WORDS, ROOM_WORDS, Room

    return {
        "people": show.n_people,
        "ticksADay": TICKS_A_DAY,
        "start": date_of(show.start).isoformat(),
        "policyDay": show.policy - show.start,
        "fromDay": show.since - show.start,
        "openDay": show.opens - show.start,
        "lastDay": show.horizon - show.start,
        "scenarios": [
            {"name": name, "title": title} for name, title in zip(show.names, show.titles, strict=True)
        ],
        "rooms": [{"key": room.name.lower(), **vars(words)} for room, words in ROOM_WORDS.items()],
        "room": {room.name: int(room) for room in Room},
        "events": {int(event): words for event, words in EVENT_WORDS.items()},
        "event": {event.name: int(event) for event in Event},
        "places": {int(place): words for place, words in PLACE_WORDS.items()},
        "insecurePlaces": [int(Place.FRIENDS), int(Place.STREET)],
        "details": {int(detail): words for detail, words in DETAIL_WORDS.items()}
        | {int(Detail.SERVICE_BASE) + k: title for k, title in enumerate(show.services)},
        "detail": {detail.name: int(detail) for detail in Detail},
        "flag": {"IN_SUPPORT": IN_SUPPORT, "CASE_OPEN": CASE_OPEN, "HAS_WORKER": HAS_WORKER},
        "tokens": tokens,
        "streams": streams,
    }


def _table(show: Show) -> list[dict[str, Any]]:
    """Counts per room under each scenario on a few days, for readers whose browser runs no script."""
    from sim.engine.clock import date_of
    from sim.present.player_choice import spoken
    from sim.present.player_data import TICKS_A_DAY
    from sim.present.player_words import ROOM_WORDS

    tables = []
    for later in (0, 180, 365, 730):
        day = show.policy + later
        if not show.start <= day <= show.horizon:
            continue
        counts = [steps.counts((day - show.start) * TICKS_A_DAY) for steps in show.steps]
        rows = [
            (words.title, [f"{int(each[room]):,}" for each in counts]) for room, words in ROOM_WORDS.items()
        ]
        tables.append({"caption": f"People in each room on {spoken(date_of(day))}", "rows": rows})
    return tables
