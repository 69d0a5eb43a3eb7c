"""What the pages of the web app say beside the answers: option cards, states, sizes, and the question.

Plain words and values for the templates; no HTML, nothing decided.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from sim.app.pace import FIRST, FIRST_WITH_TODAY, PREPARE, about
from sim.app.store import CANCELLED, DONE, FAILED, RESTING, RUNNING, WAITING

if TYPE_CHECKING:
    from sim.app.pace import Pace
    from sim.app.store import Job

SUBJECTS: Final = {
    "decisions": "Decisions of the Home Office",
    "support": "Support and safehouses",
    "status": "Asylum and leave to remain",
    "places": "Renting and bridging homes",
    "housing": "Councils and homelessness law",
    "services": "Services: who is offered them, and places",
    "barriers": "Barriers that are removed",
    "risk": "Benefits",
}
"""What a group of settings is called; a group not named here goes by its own name."""

CONFIDENCE: Final = {
    "published": "published",
    "derived": "worked out from published figures",
    "recalled": "recalled, not read again",
    "assumed": "assumed",
}

ROUND_WORDS: Final = (
    "A first answer, from 2 runs of each option. The intervals from chance are wide, and the range holds "
    "only some assumptions so far: those that are named here.",
    "From 2 runs of each option, now with the range over all assumptions that are varied. The intervals "
    "from chance are wide.",
    "From 8 runs of each option, with the range over assumptions.",
    "The full answer: what cliffedge compare gives at the command line.",
)


@dataclass(frozen=True)
class Card:
    """One option on the form."""

    name: str
    title: str
    short: str
    why: str
    decided_by: str
    sources: tuple[str, ...]


def cards() -> dict[str, list[Card]]:
    """Options by who decides, in the order of `sim.config.stories.DECIDERS`; those set in pages left out."""
    from sim.config.stories import story_files

    stamps = ((name, file.stat().st_mtime_ns) for name, file in story_files().items())
    return _cards(tuple(stamps))


@lru_cache(maxsize=2)
def _cards(stamps: tuple[tuple[str, int], ...]) -> dict[str, list[Card]]:
    """The cards, read again when a file is new or was changed."""
    from sim.app.forms import OWN
    from sim.config.stories import BASELINE, DECIDERS, available

    found: dict[str, list[Card]] = {decider: [] for decider in DECIDERS}
    for card in available():
        if card.name != BASELINE and not card.name.startswith(OWN):
            sources = tuple(source.words() for source in card.sources)
            found[card.decider].append(
                Card(card.name, card.title, _first_sentence(card.why), card.why, card.decided_by, sources)
            )
    first = {name for option in asked_first() for name in option.split("+")}
    return {
        decider: sorted(own, key=lambda card: card.name not in first) for decider, own in found.items() if own
    }


@lru_cache(maxsize=1)
def asked_first() -> tuple[str, ...]:
    """The options that the shipped comparison asks about, combinations included (`experiment.options`)."""
    from sim.app.fields import composed

    return tuple(composed().experiment.options)


@dataclass(frozen=True)
class Question:
    """An option of the shipped comparison, as the start page offers it."""

    words: str
    query: str


def questions() -> list[Question]:
    """The options of the shipped comparison, combinations too, with the address that fills in the form."""
    titles = {card.name: card.title for own in cards().values() for card in own}
    found = []
    for option in asked_first():
        names = option.split("+")
        together = [("way", "together")] if len(names) > 1 else []
        words = titles[option] if not together else "All of these together"
        found.append(Question(words, urlencode([("option", name) for name in names] + together)))
    return found


def _first_sentence(text: str) -> str:
    """The text up to its first full stop.

    Examples
    --------
    >>> _first_sentence("About 7.5 in ten ask. The others do not.")
    'About 7.5 in ten ask.'
    """
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", text, maxsplit=1)[0]


def subject(name: str) -> str:
    """What a group of settings is called."""
    return SUBJECTS.get(name, name.replace("_", " ").capitalize())


def state(job: Job, place: int, rounds: int, left: str = "") -> str:
    """Where a request stands, as a sentence; with how long the round under way takes still, if known.

    Examples
    --------
    >>> from sim.app.store import Job
    >>> state(Job("a", "", "", (), ""), 2, 4)
    'Waiting: 2 requests are answered before this one.'
    """
    if job.state == FAILED:
        return "This could not be run to its end."
    if job.state == CANCELLED:
        return "Cancelled. What was finished is kept."
    if job.state == DONE:
        return "Finished."
    if not job.rounds:
        if job.state == WAITING:
            if place == 0:
                return "Waiting: this request is next."
            return (
                f"Waiting: {place} {'request is' if place == 1 else 'requests are'} answered before this one."
            )
        return f"Running the first answer{_progress(job, left)}."
    if job.state == RUNNING:
        return f"Sharpening: round {len(job.rounds) + 1} of {rounds}{_progress(job, left)}."
    if job.state == RESTING:
        return f"Round {len(job.rounds)} of {rounds} is stored. It goes on while this page is open."
    return f"Round {len(job.rounds)} of {rounds} is stored; the next one waits for its turn."


def _progress(job: Job, left: str) -> str:
    return f": {job.done} of {job.total} steps done{f', {left}' if left else ''}" if job.total else ""


def today_first(job: Job) -> str:
    """Why the first answer takes longer than usual: today's rules of this world have to be run before it.

    Examples
    --------
    >>> from sim.app.store import Job
    >>> today_first(Job("a", "", "", ("experiment.options=[priority_need]",), ""))
    "Today's rules are being run first, since the server has just started."
    """
    changed = len(job.overrides) > 1
    why = "this world differs from the one that is kept ready" if changed else "the server has just started"
    return f"Today's rules are being run first, since {why}."


def first_takes(pace: Pace, with_today: bool) -> str:
    """How long first answers took on this computer, or that it is not known.

    Parameters
    ----------
    pace : Pace
    with_today : bool
        Whether today's rules have to be run before this one.
    """
    seconds = pace.of(FIRST_WITH_TODAY if with_today else FIRST)
    if seconds is None:
        return "How long a first answer takes on this computer is not known yet."
    return f"The last first answers{' after such a run' if with_today else ''} took {about(seconds)} here."


def getting_ready(pace: Pace) -> str:
    """That the server loads or compiles its engine, and how long that took before."""
    seconds = pace.of(PREPARE)
    known = "how long that takes on this computer is not known yet"
    if seconds is not None:
        known = f"the last starts took {about(seconds)} here"
    return f"The server is getting ready. On first use it compiles its engine: {known}."


def meaning_of_round(job: Job, rounds: int) -> str:
    """How far the numbers on the page can be leaned on."""
    if not job.rounds:
        return ""
    at = len(job.rounds) - 1
    return ROUND_WORDS[at] if rounds == len(ROUND_WORDS) else f"Round {at + 1} of {rounds}."


def world_of(told: dict[str, Any] | None, asked: Job | None) -> list[str]:
    """What was set in today's rules and in every option, of an answer or of a question that waits for one.

    Examples
    --------
    >>> from sim.app.store import Job
    >>> world_of(None, Job("a", "", "", ("people.arrivals.multiplier=0.5", "experiment.options=[a]"), ""))
    ['People referred, as a multiple of the record: 0.5']
    """
    from sim.present.levers import settings_told

    if told is not None:
        return list(told.get("world") or settings_told(told["command"]))
    return settings_told(shlex.join(asked.overrides)) if asked else []


def moment(text: str) -> str:
    """A stored time as a reader says it.

    Examples
    --------
    >>> moment("2026-11-22T23:05:00+00:00")
    '22 November 2026, 23:05 UTC'
    """
    when = datetime.fromisoformat(text)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def run_in_short(manifest: dict[str, Any]) -> dict[str, str]:
    """A past run, for a list."""
    from sim.present.levers import settings_told

    central = {run["replication"] for run in manifest["runs"] if run["world"] == "central"}
    return {
        "run_id": str(manifest["run_id"]),
        "title": str(manifest["title"]),
        "created": moment(str(manifest["created"])),
        "replications": str(len(central)),
        "world": "; ".join(settings_told(str(manifest["command"]))),
        "compares": "yes" if len(manifest["scenarios"]) > 1 else "",
    }
