"""What every analysis of a study asks for, and the figures it gets back as arrays.

Options are spoken of as ``name``, ``name+name`` or ``path=value``. The model is run through `evaluate` alone,
so whatever is in the folder is not run again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.study.points import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Progress = Callable[[int, int], None]

TODAY: Final = "today"
"""The name of today's rules among options."""


@dataclass(frozen=True)
class Option:
    """One option: stories, levers, and the words it was given in."""

    words: str
    scenarios: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: str) -> Option:
        """Read ``name+name+path=value``.

        Raises
        ------
        SimError
            If nothing is named, a story is unknown (the nearest is named), or is named twice.
        """
        from sim.config.mistakes import did_you_mean, nearest
        from sim.config.stories import story_files

        parts = [part.strip() for part in words.split("+")]
        stories = tuple(part for part in parts if "=" not in part and part != TODAY)
        for name in stories:
            if name not in story_files():
                hint = did_you_mean(nearest(name, story_files()))
                raise SimError(f"option {words!r}: there is no scenario {name!r}{hint}")
        if len(set(parts)) < len(parts):
            raise SimError(f"option {words!r}: names something twice; name each once")
        return cls(words, stories, tuple(part for part in parts if "=" in part))


def options_of(texts: Sequence[str], fewest: int = 1) -> tuple[Option, ...]:
    """Read every option; each once.

    Raises
    ------
    SimError
        If there are too few, or one is given twice.
    """
    found = tuple(Option.of(text) for text in texts)
    if any(not (one.scenarios or one.levers) for one in found):
        raise SimError(
            "option 'today': today's rules are always among those compared; leave --option=today away"
        )
    if len(found) < fewest:
        raise SimError(
            f"options = {len(found)}; allowed: {fewest} or more, each as --option NAME or NAME+NAME"
        )
    if len({(one.scenarios, one.levers) for one in found}) < len(found):
        raise SimError("An option is given twice; give each once")
    return found


@dataclass(frozen=True)
class Asked:
    """What is common to all analyses.

    Attributes
    ----------
    world : tuple of str
        Overrides that hold in the whole study.
    replications, seed : int
    folder : Path
        Where runs are kept, and results go to.
    workers : int or None
    command : str
        What makes it again.
    progress : callable or None
    worker : callable or None
        Stands in for the model in tests.
    """

    folder: Path
    world: tuple[str, ...] = ()
    replications: int = 4
    seed: int = 1
    workers: int | None = None
    command: str = ""
    progress: Progress | None = None
    worker: Any = field(default=None, compare=False)

    def point(
        self, name: str, world: Sequence[str], option: Option | None = None, levers: Sequence[str] = ()
    ) -> Point:
        """A point of this study; `world` is laid over what holds throughout."""
        over = {text.partition("=")[0] for text in world}
        kept = [text for text in self.world if text.partition("=")[0].lstrip("+") not in over]
        option = option or Option(TODAY)
        return Point(name, (*kept, *world), option.scenarios, (*option.levers, *levers))

    def figures(self, points: Sequence[Point], metrics: Sequence[str]) -> dict[str, dict[str, Floats]]:
        """Run what is missing and return ``{"value"|"today"|"difference": {metric: array}}``.

        Each array has the shape (n_points, n_replications), in the metric's unit.

        Raises
        ------
        SimError
            See `sim.study.evaluate.evaluate`.
        """
        from sim.study.evaluate import evaluate

        more = {} if self.worker is None else {"worker": self.worker}
        metrics = list(dict.fromkeys(metrics))
        rows = evaluate(
            points,
            replications=self.replications,
            seed=self.seed,
            folder=self.folder,
            metrics=metrics,
            workers=self.workers,
            progress=self.progress,
            **more,
        )
        shape = (len(points), self.replications, len(metrics))
        found: dict[str, dict[str, Floats]] = {}
        for column in ("value", "today", "difference"):
            cube = rows[column].to_numpy(dtype=float).reshape(shape)
            found[column] = {metric: cube[:, :, place] for place, metric in enumerate(metrics)}
        return found


@dataclass
class Findings:
    """What an analysis found, as it is stored: tables and settings, without words.

    Attributes
    ----------
    kind : str
        ``sensitivity``, ``uncertainty``, ``choice``, ``budget`` or ``solve``.
    settings : dict
        Plain values that JSON can hold.
    tables : dict of DataFrame
    """

    kind: str
    settings: dict[str, Any]
    tables: dict[str, Any]

    def write(self, folder: Path) -> Path:
        """Write ``<table>.parquet`` and ``study.json`` into a folder of their own; the folder."""
        import json

        from sim.config.identity import source_hash
        from sim.experiment.plan import short_hash

        told = {key: value for key, value in self.settings.items() if key != "command"}
        name = f"{self.kind}-{short_hash(json.dumps(told, sort_keys=True, default=str), source_hash())}"
        target = folder / name
        try:
            target.mkdir(parents=True, exist_ok=True)
            for table, frame in self.tables.items():
                frame.to_parquet(target / f"{table}.parquet", index=False)
            told = {"kind": self.kind, "program": source_hash(), **self.settings, "tables": list(self.tables)}
            (target / "study.json").write_text(
                json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8"
            )
        except OSError as error:
            raise SimError(f"{target}: cannot be written: {error.strerror}") from error
        return target

    @classmethod
    def read(cls, folder: Path) -> Findings:
        """Read what `write` wrote.

        Raises
        ------
        SimError
            If this is no folder of findings.
        """
        import json

        import pandas as pd

        try:
            told = json.loads((folder / "study.json").read_text(encoding="utf-8"))
            tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in told.pop("tables")}
        except (OSError, ValueError, KeyError) as error:
            raise SimError(f"{folder}: holds no findings of a study that can be read ({error})") from error
        return cls(told.pop("kind"), told, tables)


def common(asked: Asked, **more: Any) -> dict[str, Any]:
    """The settings every analysis stores."""
    return {
        "command": asked.command,
        "world": list(asked.world),
        "replications": asked.replications,
        "seed": asked.seed,
        **more,
    }
