"""Rule stories: short YAML files that a caseworker can read (docs/stories.md), as worlds and people.

Every mistake is named by file and story. The quiet world of `tests.small_world` switches off every chance
that a story does not name. What a line means stands in `lines.py`, running a story and saying what went
otherwise in `telling.py`; nothing here knows a rule of the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from sim.config.compose import world
from sim.config.mistakes import ConfigurationError, did_you_mean, listed, nearest
from sim.config.schema import Parameters
from sim.config.stories import read_story, story_files
from sim.config.tree import settings
from sim.engine.clock import day_of
from sim.engine.log import Event
from sim.people.codes import Group, ImmigrationStatus, Nationality, Region
from tests import small_world
from tests.small_world import Made
from tests.stories.lines import SOMEBODY, Line, StoryError, event_of, line_of

FOLDER: Final = Path(__file__).parent / "rules"
PATHWAY: Final = Path(__file__).parents[2] / "docs" / "pathway.md"

_FILE_KEYS: Final = (
    "subject",
    "rule",
    "law",
    "certain",
    "who",
    "at",
    "options",
    "starts",
    "until",
    "stories",
)
_STORY_KEYS: Final = (
    *("story", "rule", "law", "who", "at", "certain", "options", "change", "starts", "until"),
    *("happens", "never", "times", "note"),
)
_TRAITS: Final = (
    *("referred", "age", "turns_18", "nationality", "status", "region", "sex", "authority"),
    *("dependants", "pregnant", "health_need", "frailty", "fluent"),
)
_YEAR: Final = timedelta(days=365)


# ------------------------------------------------------------------------------------------------ stories
@dataclass(frozen=True)
class Story:
    """One story: who, in which world, under which options, and what must and must not happen."""

    file: Path
    title: str
    rule: str
    law: str
    people: Mapping[str, Made]
    before: Mapping[str, object]
    options: tuple[str, ...]
    change: Mapping[str, object]
    happens: Mapping[str, tuple[Line, ...]]
    never: Mapping[str, tuple[Line, ...]]
    times: Mapping[str, Mapping[Event, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """File and title, for lists of tests."""
        return f"{self.file.stem}: {self.title}"

    def parameters(self, ignoring: Iterable[str] = ()) -> tuple[Parameters, Parameters]:
        """The rules before and from the policy's day on; levers in `ignoring` stay as they were."""
        before = world(quiet_world(), _flat(self.before))
        laid: dict[str, object] = {}
        for option in self.options:
            laid |= dict(settings(read_story(option).changes))
        laid |= _flat(self.change)
        after = {path: value for path, value in laid.items() if path not in ignoring}
        return before, world(before, after) if after else before


def _flat(told: Mapping[str, object]) -> dict[str, object]:
    """Paths of values only: a group of values under one path becomes a path for each."""
    return {path: value for above, given in told.items() for path, value in settings(given, above)}


@lru_cache(maxsize=1)
def quiet_world() -> Parameters:
    return small_world.quiet({"policy.start": "2021-04-01", "experiment.horizon": "2024-03-31"})


@lru_cache(maxsize=1)
def sections() -> tuple[str, ...]:
    """The numbered sections of docs/pathway.md."""
    return tuple(re.findall(r"^## (\d+[a-z]?)\. ", PATHWAY.read_text(encoding="utf-8"), re.MULTILINE))


def read(folder: Path = FOLDER, *, checked: bool = True) -> list[Story]:
    """Every story of a folder, in order of file name; `checked` as in `read_file`.

    Raises
    ------
    StoryError
        With the first mistake of a file: file, story, what was given, what is allowed.
    """
    stories = []
    for file in sorted(folder.glob("*.yaml")):
        stories += read_file(file, checked=checked)
    return stories


def read_file(file: Path, *, checked: bool = True) -> list[Story]:
    """The stories of one file; `checked` also reads the parameters of each, which takes 20 ms a story."""
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise StoryError(f"{file.name} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(told, dict) or not isinstance(told.get("stories"), list):
        raise StoryError(f"{file.name} must hold `stories:`, a list; see docs/stories.md")
    _only(told, _FILE_KEYS, file.name)
    stories: list[Story] = []
    for number, one in enumerate(told["stories"], 1):
        title = one.get("story") if isinstance(one, dict) else None
        place = f"{file.name}, story {number}" + (f" {title!r}" if title else "")
        if not title:
            raise StoryError(f"{place} has no title; give it `story: ...` in plain words")
        if title in {story.title for story in stories}:
            raise StoryError(f"{place} is told twice; titles must differ")
        try:
            stories.append(_story(file, told, one))
            if checked:
                stories[-1].parameters()
        except (StoryError, ConfigurationError) as error:
            raise StoryError(f"{place}: {error}") from None
    return stories


def _story(file: Path, common: Mapping[str, Any], told: Mapping[str, Any]) -> Story:
    _only(told, _STORY_KEYS, "the story")

    def said(key: str, otherwise: Any = None) -> Any:
        return told.get(key, common.get(key, otherwise))

    rule, law = str(said("rule", "")), str(said("law", ""))
    if not re.fullmatch(r"R\d|R1[0-2]", rule) and rule.removeprefix("pathway ") not in sections():
        raise StoryError(
            f"rule is {rule!r}; allowed: R0 to R12, or `pathway N` (sections {listed(sections(), 30)})"
        )
    if not law:
        raise StoryError("law is missing: the section of the Act, the guidance, or `practice`")
    people, several = _people(said("who", {}), common.get("who", {}))
    names = tuple(people)
    certain = dict(common.get("certain") or {}) | dict(told.get("certain") or {})
    options = tuple(said("options", ()))
    for option in options:
        if option not in story_files():
            raise StoryError(f"{option!r} is no scenario{did_you_mean(nearest(option, story_files()))}")
    starts, until = _calendar(people, said("starts"), said("until"))
    before = {"policy.start": starts.isoformat(), "experiment.horizon": until.isoformat()}
    before |= _place(said("at"))
    before |= certain
    services = sorted(quiet_world().services)
    happens, never = (
        _lines(told, "happens", names, several, services),
        _lines(told, "never", names, several, services),
    )
    if not any(happens.values()):
        raise StoryError("nothing is expected: give `happens:` with at least one line")
    return Story(
        file,
        str(told["story"]),
        rule,
        law,
        people,
        before,
        options,
        dict(told.get("change") or {}),
        happens,
        never,
        _times(told.get("times") or {}, several),
    )


def _only(told: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    for key in told:
        if key not in allowed:
            raise StoryError(
                f"{where}: {key!r} is unknown{did_you_mean(nearest(str(key), allowed))}; "
                f"allowed: {listed(allowed, 20)}"
            )


def _place(at: Any) -> dict[str, object]:
    """Where everybody is at RG+, whatever the status."""
    if at is None:
        return {}
    names = ("own_home", "friends", "street", "asylum_accommodation", "council_temporary", "custody")
    word = str(at).replace(" ", "_")
    if word not in names:
        raise StoryError(
            f"at: {at!r} is no place to be at RG+{did_you_mean(nearest(word, names))}; "
            f"allowed: {listed(names)}"
        )
    statuses = ("british", "with_leave", "asylum_pending", "no_status")
    return {f"places.{status}.{name}": int(name == word) for status in statuses for name in names}


def _calendar(people: Mapping[str, Made], starts: Any, until: Any) -> tuple[date, date]:
    """The policy's first day, and the horizon: three years after the last referral and the policy."""
    referred = [person.arrival for person in people.values() if isinstance(person.arrival, date)]
    first = _date(starts, "starts") if starts is not None else max(referred) + _YEAR
    last = _date(until, "until") if until is not None else max(first, *referred, date(2014, 1, 1)) + 3 * _YEAR
    return first, last


def _date(given: Any, what: str) -> date:
    if not isinstance(given, date):
        raise StoryError(f"{what}: {given!r} is no date; write 2024-05-06")
    return given


# ------------------------------------------------------------------------------------------------- people
def _people(who: Any, otherwise: Any) -> tuple[dict[str, Made], bool]:
    """The people of a story by name, and whether they have names of their own."""
    who = who or {}
    if not isinstance(who, dict):
        raise StoryError(f"who: {who!r} is no list of traits; allowed: {listed(_TRAITS, 20)}")
    several = bool(who) and all(isinstance(traits, dict) for traits in who.values())
    common = otherwise if isinstance(otherwise, dict) and otherwise is not who else {}
    if any(isinstance(traits, dict) for traits in common.values()):
        common = {}
    named = who if several else {SOMEBODY: who}
    return {str(name): _made({**common, **traits}) for name, traits in named.items()}, several


def _made(told: Mapping[str, Any]) -> Made:
    _only(told, _TRAITS, "who")
    traits: dict[str, Any] = {"arrival": _date(told.get("referred", date(2020, 1, 6)), "referred")}
    if "age" in told:
        traits["group"] = int(_label(Group, told["age"]))
        traits["adult_at_referral"] = traits["group"] != Group.CHILD
    if "turns_18" in told:
        traits["adult_at_referral"] = False
        traits["turns_18"] = float(day_of(_date(told["turns_18"], "turns_18")))
    if "status" in told:
        traits["status"] = int(_label(ImmigrationStatus, told["status"]))
        if traits["status"] == ImmigrationStatus.EU_SETTLED:
            traits["nationality"] = int(Nationality.EU)
        elif traits["status"] != ImmigrationStatus.BRITISH:
            traits["nationality"] = int(Nationality.OTHER)
    if "nationality" in told:
        traits["nationality"] = int(_label(Nationality, told["nationality"]))
        if traits["nationality"] != Nationality.UK and "status" not in traits:
            raise StoryError(f"who: nationality {told['nationality']} needs a `status` too")
    if "region" in told:
        traits["region"] = int(_label(Region, told["region"]))
    if "sex" in told:
        if told["sex"] not in ("woman", "man"):
            raise StoryError(f"who: sex is {told['sex']!r}; allowed: woman, man")
        traits["female"] = told["sex"] == "woman"
    if "authority" in told:
        if told["authority"] not in ("single", "immigration enforcement"):
            raise StoryError(
                f"who: authority is {told['authority']!r}; allowed: single, immigration enforcement"
            )
        traits["immigration_enforcement"] = told["authority"] != "single"
    for flag in ("dependants", "pregnant", "health_need", "fluent"):
        if flag in told:
            if not isinstance(told[flag], bool):
                raise StoryError(f"who: {flag} is {told[flag]!r}; allowed: yes, no")
            if flag not in Made._fields:
                raise StoryError(f"who: the rules do not read {flag} yet")
            traits[flag] = told[flag]
    if "frailty" in told:
        traits["frailty"] = float(told["frailty"])
    return Made(**traits)


def _label(kind: Any, words: Any) -> Any:
    labels = {code.label.lower(): code for code in kind}
    given = str(words).lower()
    if given not in labels:
        raise StoryError(
            f"who: {words!r} is unknown{did_you_mean(nearest(given, labels))}; allowed: {listed(labels, 20)}"
        )
    return labels[given]


def _lines(
    told: Mapping[str, Any], key: str, names: Sequence[str], several: bool, services: Sequence[str]
) -> dict[str, tuple[Line, ...]]:
    given = told.get(key) or ({} if several else [])
    if several and not isinstance(given, dict):
        raise StoryError(f"{key}: tell it for each of {listed(names)}")
    if not several and not isinstance(given, list):
        raise StoryError(f"{key}: must be a list of lines")
    per_person = given if several else {SOMEBODY: given}
    for name in per_person:
        if name not in names:
            raise StoryError(f"{key}: nobody is called {name}; known: {listed(names)}")
    return {
        name: tuple(line_of(words, services, names) for words in lines) for name, lines in per_person.items()
    }


def _times(told: Any, several: bool) -> dict[str, dict[Event, int]]:
    per_person = told if several else {SOMEBODY: told}
    return {
        name: {event_of(words): int(number) for words, number in numbers.items()}
        for name, numbers in per_person.items()
    }
