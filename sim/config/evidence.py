"""The evidence register: what every parameter means, where its value comes from and how far it is trusted.

One YAML file a subject in ``configs/evidence``; an entry covers a parameter or everything below a branch, and
the most specific entry speaks. Values themselves stand in ``configs``; nothing here changes a run, except
that only what the register calls a lever may be changed by a scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, Mistake, did_you_mean, nearest_path
from sim.config.places import data_dir
from sim.config.values import Day, Text
from sim.errors import SimError

Kind = Literal["world", "lever", "run"]
Confidence = Literal["published", "derived", "recalled", "assumed"]

KIND_MEANING: Final[Mapping[Kind, str]] = {
    "world": "how the world is; uncertain, not ours to choose",
    "lever": "something that somebody could decide; a scenario may change it",
    "run": "how a run is made",
}


class Source(BaseModel):
    """A publication, as a reader would look it up. ``recalled`` means: not read again for this project."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    publisher: Text
    date: Text
    address: Text | None = None
    table: Text | None = None

    def words(self) -> str:
        """Return the source as one line."""
        parts = [self.title, self.publisher, self.date, self.table, self.address]
        return "; ".join(part for part in parts if part)


class Entry(BaseModel):
    """What is known about one parameter, or about everything below one branch.

    Attributes
    ----------
    path : str
        Names joined by dots; ``*`` stands for any one name.
    range : tuple of float, optional
        Lowest and highest plausible setting, in `unit`.
    distribution : str, optional
        Given in place of a range where a range says too little.
    assumed : str, optional
        Why the value had to be assumed, wholly or in part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Text
    meaning: Text
    unit: Text
    kind: Kind
    range: tuple[float, float] | None = None
    distribution: Text | None = None
    sources: tuple[Source, ...] = ()
    assumed: Text | None = None
    confidence: Confidence
    last_checked: Day

    @model_validator(mode="after")
    def says_where_it_comes_from(self) -> Self:
        if self.confidence == "assumed" and self.assumed is None:
            raise ValueError("confidence is assumed: say why under `assumed`")
        if self.confidence != "assumed" and not self.sources and self.kind != "run":
            raise ValueError(f"confidence is {self.confidence}: name the source under `source`")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError("range must be [low, high]")
        return self


@dataclass(frozen=True)
class Assumption:
    """A choice of structure: what the model takes to be so.

    Attributes
    ----------
    id : str
        ``A1``, ``A2``, ...; never reused.
    sentence : str
    switch : str or None
        The parameter that turns it off, where there is one.
    """

    id: str
    sentence: str
    switch: str | None


class Register:
    """All entries and structural assumptions, looked up by path."""

    def __init__(self, entries: Iterable[Entry], assumptions: Iterable[Assumption]) -> None:
        self._entries = {entry.path: entry for entry in entries}
        self._assumptions = tuple(assumptions)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of the files."""
        return tuple(self._entries.values())

    def covering(self, path: str) -> list[Entry]:
        """Return the entries that cover a path, the most specific first."""
        names = path.split(".")
        found = []
        for entry in self._entries.values():
            pattern = entry.path.split(".")
            if len(pattern) <= len(names) and all(
                part in ("*", name) for part, name in zip(pattern, names, strict=False)
            ):
                found.append((len(pattern), sum(part != "*" for part in pattern), entry))
        found.sort(key=lambda one: one[:2], reverse=True)
        return [entry for _, _, entry in found]

    def entry(self, path: str) -> Entry:
        """Return the most specific entry that covers a path.

        Raises
        ------
        SimError
            If none does.
        """
        found = self.covering(path)
        if not found:
            hint = did_you_mean(nearest_path(path, list(self._entries)))
            raise SimError(f"{path}: the evidence register has no entry for this path{hint}")
        return found[0]

    def kind(self, path: str) -> Kind:
        """Say whether a path is a `world` parameter, a `lever` or a setting of the `run`."""
        return self.entry(path).kind

    def assumptions(self) -> tuple[Assumption, ...]:
        """Return the structural assumptions, in order."""
        return self._assumptions


@cache
def register() -> Register:
    """Return the register shipped with this copy of the program.

    Raises
    ------
    SimError
        If a file of the register is damaged.
    """
    return read_register(data_dir("configs") / "evidence")


def read_register(folder: Path) -> Register:
    """Read a folder of the register: ``sources.yaml``, ``assumptions.yaml`` and one file a subject.

    A subject file holds ``defaults`` (given to each of its entries) and ``entries``; an entry names its
    sources by their keys in ``sources.yaml``, with the table after a colon where one is meant.
    """
    mistakes: list[Mistake] = []
    sources = _read_sources(folder / "sources.yaml", mistakes)
    entries: dict[str, Entry] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name in ("sources.yaml", "assumptions.yaml"):
            continue
        content = read_mapping(file)
        for path, given in content.get("entries", {}).items():
            where = shown_path(file)
            if path in entries:
                mistakes.append(Mistake(path, "has two entries in the evidence register", where=where))
                continue
            try:
                entries[path] = _entry(path, {**content.get("defaults", {}), **given}, sources)
            except (ValidationError, SimError) as error:
                mistakes.append(Mistake(path, _first_words(error), where=where))
    assumptions = [
        Assumption(name, " ".join(given["sentence"].split()), given.get("switch"))
        for name, given in read_mapping(folder / "assumptions.yaml").items()
    ]
    if mistakes:
        raise ConfigurationError(mistakes)
    return Register(entries.values(), assumptions)


def _read_sources(file: Path, mistakes: list[Mistake]) -> dict[str, Source]:
    sources = {}
    for key, given in read_mapping(file).items():
        try:
            sources[key] = Source.model_validate(given)
        except ValidationError as error:
            mistakes.append(Mistake(key, _first_words(error), where=shown_path(file)))
    return sources


def _entry(path: str, given: dict[str, Any], sources: Mapping[str, Source]) -> Entry:
    given = dict(given)
    named = given.pop("source", [])
    cited = []
    for reference in [named] if isinstance(named, str) else named:
        key, _, table = reference.partition(":")
        if key not in sources:
            hint = did_you_mean(nearest_path(key, list(sources)))
            raise SimError(f"source {key!r} is not in sources.yaml{hint}")
        cited.append(sources[key].model_copy(update={"table": table.strip()}) if table else sources[key])
    return Entry.model_validate({**given, "path": path, "sources": tuple(cited)})


def _first_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])} {one['msg']}".strip() for one in error.errors()
        )
    return str(error)
