"""Policy stories: reading the short files in ``scenarios`` and saying which there are.

A file holds ``story: {NAME: {title, why, source, decided_by}}`` and then only what changes. What a change
does to the parameters, and whether two stories agree, is for ``sim.config.compose``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from sim.config.evidence import Source
from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, Mistake, did_you_mean, from_validation, listed, nearest
from sim.config.places import scenario_dirs
from sim.config.tree import Plain
from sim.config.values import Text

BASELINE: Final = "baseline"


DECIDERS: Final = (
    "Home Office",
    "Parliament",
    "Welsh Government",
    "Ministry of Justice",
    "Department for Education",
    "councils",
    "NHS",
    "providers",
    "nobody",
)
"""Who can decide. A story names one of them first; how, or with whom, may follow."""


def decider_of(words: str) -> str | None:
    """Return who decides, named first in the words; None if it is nobody of `DECIDERS`."""
    for decider in DECIDERS:
        if re.match(rf"{decider.removesuffix('s')}s?\b", words):
            return decider
    return None


def _decider(words: str) -> str:
    """Return the words, if they begin with somebody who can decide."""
    if decider_of(words) is None:
        near = did_you_mean(nearest(re.split("[,;]| and ", words)[0], DECIDERS))
        raise ValueError(f"must begin with who decides{near}. Allowed: {listed(DECIDERS, 20)}")
    return words


def _as_list(given: object) -> object:
    return given if isinstance(given, list | tuple) else [given]


class StoryText(BaseModel):
    """What a story says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    why: Text
    source: Annotated[tuple[Source, ...], BeforeValidator(_as_list)]
    decided_by: Annotated[Text, AfterValidator(_decider)]


@dataclass(frozen=True)
class StoryCard:
    """One story, for lists.

    Attributes
    ----------
    name : str
        What it is called on the command line; also the name of its file.
    title, why, decided_by : str
    sources : tuple of Source
        Where the idea comes from.
    file : Path
    """

    name: str
    title: str
    why: str
    sources: tuple[Source, ...]
    decided_by: str
    file: Path

    @property
    def decider(self) -> str:
        """Who decides first of all, in one of the names of `DECIDERS`."""
        return decider_of(self.decided_by) or "nobody"


@dataclass(frozen=True)
class Story:
    """A story and the changes it makes, not yet laid over anything."""

    card: StoryCard
    changes: Plain


def story_files() -> dict[str, Path]:
    """Return the story files by name: those shipped, then the user's own.

    Raises
    ------
    SimError
        If a file of the user's own has the name of a shipped story, and says something else.
    """
    found: dict[str, Path] = {}
    mistakes = []
    for folder in scenario_dirs():
        for file in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            other = found.setdefault(file.stem, file)
            if other is not file and other.read_bytes() != file.read_bytes():
                both = f"{shown_path(other)} and {shown_path(file)} are two stories of one name"
                mistakes.append(Mistake(f"scenario {file.stem}", f"{both}; rename your own"))
    if mistakes:
        raise ConfigurationError(mistakes)
    return found


def available() -> list[StoryCard]:
    """Return the cards of all stories, the baseline first, then by name and number.

    Raises
    ------
    SimError
        If a file is damaged.
    """
    mistakes: list[Mistake] = []
    cards = []
    for name in sorted(story_files(), key=_order):
        try:
            cards.append(read_story(name).card)
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)
    return cards


def _order(name: str) -> tuple[bool, list[str]]:
    """Return what puts the baseline first and ``_90`` before ``_180``."""
    return name != BASELINE, [part.zfill(6) if part.isdigit() else part for part in name.split("_")]


def unknown_stories(names: Sequence[str], where: str = "") -> list[Mistake]:
    """Return a mistake for every name (a single story, or several joined by ``+``) that is no story's."""
    known = story_files()
    mistakes = []
    for given in names:
        for name in given.split("+"):
            if name not in known:
                hint = did_you_mean(nearest(name, known)) or "."
                problem = f"unknown scenario{hint} There are: {listed(known, 40)}"
                mistakes.append(Mistake(f"scenario {name!r}", problem, where=where))
    return mistakes


def read_story(name: str) -> Story:
    """Return a story by name.

    Raises
    ------
    ConfigurationError
        If there is no such story, or its file is damaged: its mistakes are all listed.
    """
    unknown = unknown_stories([name])
    if unknown or "+" in name:
        raise ConfigurationError(unknown or [Mistake(f"scenario {name!r}", "is more than one scenario")])
    file = story_files()[name]
    content = read_mapping(file)
    place = shown_path(file)
    told = content.pop("story", None)
    if not isinstance(told, dict) or list(told) != [name]:
        given = listed(told) if isinstance(told, dict) and told else "nothing"
        form = f"story: {{{name}: {{title, why, source, decided_by}}}}"
        problem = f"must be there and hold one name, that of the file ({form})"
        raise ConfigurationError([Mistake("story", f"{problem}; it holds {given}", where=place)])
    try:
        text = StoryText.model_validate(told[name])
    except ValidationError as error:
        shape: dict[str, Any] = dict.fromkeys(StoryText.model_fields)
        wrong = from_validation(error, shape, lambda path: place)
        raise ConfigurationError(
            [Mistake(f"story.{name}.{one.path}", one.problem, one.given, one.where) for one in wrong]
        ) from None
    problem = ""
    if not content and name != BASELINE:
        problem = "changes nothing; only baseline may"
    elif content and name == BASELINE:
        problem = f"must change nothing; it holds {listed(content)}"
    if problem:
        raise ConfigurationError([Mistake(f"scenario {name}", problem, where=place)])
    card = StoryCard(name, text.title, text.why, text.source, text.decided_by, file)
    return Story(card, content)
