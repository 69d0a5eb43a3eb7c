"""Sweeps in Hydra's own grammar: lists, ``range``, ``glob`` and ``choice`` become overrides, job by job.

Hydra's multirun reads and multiplies them out. Its jobs compose nothing and run nothing: each only puts its
overrides into a queue, which one pool of workers then runs (`sim.study`). So thousands of jobs take a moment.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, Mistake
from sim.config.places import data_dir
from sim.config.stories import story_files

_WHERE_WORK_IS_DONE: Final = (
    "is Hydra's; cliffedge sweep runs every point on one pool of its own, so this would do nothing. Say "
    "where the work is done with executor=local workers=4, or executor=dask address=tcp://HOST:8786"
)

_PLUGINS: Final = "hydra_plugins.cliffedge"


def expand(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the overrides of every job of a multirun, in Hydra's order: the last one given varies fastest.

    Parameters
    ----------
    texts : sequence of str
        ``path=a,b``, ``path=range(1,5)``, ``scenarios=glob(*)``, ``path=value``.

    Raises
    ------
    ConfigurationError
        If one cannot be read, is a continuous interval, sets Hydra itself, or leaves no job at all.

    Examples
    --------
    >>> expand(["risk.seed=1,2", "experiment.gain_days=7"])
    [('risk.seed=1', 'experiment.gain_days=7'), ('risk.seed=2', 'experiment.gain_days=7')]
    """
    check_launchers()
    mistakes = [
        Mistake(text.partition("=")[0].lstrip("+~"), _WHERE_WORK_IS_DONE, where=f"override {text}")
        for text in texts
        if text.lstrip("+~").startswith(("hydra.", "hydra/"))
    ]
    names = [text.partition("=")[0].strip().lstrip("+~") for text in texts]
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    mistakes += [Mistake(name, "is given twice; put its values into one list: a,b") for name in twice]
    if mistakes:
        raise ConfigurationError(mistakes)
    swept = [text for text in texts if _is_swept(text)]
    jobs = [_in_order(texts, swept, job) for job in _multirun(swept)]
    if not jobs:
        empty = [text for text in swept if not _multirun([text])] or swept
        raise ConfigurationError([Mistake(*_nothing_in(text)) for text in empty])
    return jobs


def _nothing_in(text: str) -> tuple[str, str]:
    """What an override without a single value is about, and what is allowed."""
    path, _, values = text.partition("=")
    why = "holds no value, so there is nothing to run"
    if "glob(" in values:
        there = (
            ", ".join(sorted(story_files())) if path == "scenarios" else "the files of that name in configs"
        )
        return f"{path}={values}", f"{why}; allowed: patterns that match one of {there}"
    return f"{path}={values}", f"{why}; allowed: range(START,STOP,STEP) with START below STOP, or values a,b"


def _is_swept(text: str) -> bool:
    """Whether Hydra has to multiply an override out; one that it cannot read is left to it to explain."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return bool(OverridesParser.create().parse_override(text).is_sweep_override())
    except HydraException:
        return True


def _in_order(texts: Sequence[str], swept: Sequence[str], job: Sequence[str]) -> tuple[str, ...]:
    """All overrides of a job in the order in which they were given; those not swept are the same in each."""
    value_of = dict(zip(swept, job, strict=True))
    return tuple(value_of.get(text, text) for text in texts)


def check_launchers() -> None:
    """Refuse a launcher or sweeper that is chosen in a file of configs, where nothing would ever read it.

    Raises
    ------
    ConfigurationError
        Naming every such file.
    """
    mistakes = []
    folder = data_dir("configs")
    for file in sorted(folder.rglob("*.yaml")):
        if "evidence" in file.relative_to(folder).parts:
            continue
        content = read_mapping(file)
        entries = [content, *(one for one in content.get("defaults") or () if isinstance(one, dict))]
        names = [
            str(name).removeprefix("override").strip().lstrip("/") for entry in entries for name in entry
        ]
        mistakes += [
            Mistake(name, _WHERE_WORK_IS_DONE, where=shown_path(file))
            for name in names
            if name == "hydra" or name.startswith("hydra/")
        ]
    if mistakes:
        raise ConfigurationError(mistakes)


def _multirun(texts: list[str]) -> list[tuple[str, ...]]:
    """What Hydra's multirun makes of the overrides."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    _register()
    jobs: list[tuple[str, ...]] = []

    def enqueue(job: Any) -> None:
        jobs.append(tuple(str(text) for text in job.overrides))

    with tempfile.TemporaryDirectory(prefix="cliffedge-sweep-") as name:
        folder = Path(name)
        _write_names(folder / "names")
        run = hydra.main(version_base="1.3", config_path=str(folder / "names"), config_name="sweep")(enqueue)
        ours = (
            "hydra/sweeper=cliffedge",
            "hydra/launcher=cliffedge",
            "hydra/job_logging=none",
            "hydra/hydra_logging=none",
            "hydra.output_subdir=null",
            f"hydra.sweep.dir={folder.as_posix()}/jobs",
        )
        GlobalHydra.instance().clear()
        try:
            with _called_as("cliffedge sweep", "--multirun", *ours, *(_known(text) for text in texts)):
                run()
        except (HydraException, OmegaConfBaseException) as error:
            reason = " ".join(str(error).split())
            hint = ""
            if "INTERVAL_SWEEP" in reason:
                hint = "; an interval has no points of its own: use range(...), or cliffedge study run"
            raise ConfigurationError([Mistake("the sweep", f"cannot be read ({reason}){hint}")]) from None
    return jobs


def _known(text: str) -> str:
    """The override as Hydra takes it for a name that its own configuration does not hold."""
    return text if text.startswith(("+", "~")) else f"++{text}"


def _write_names(folder: Path) -> None:
    """One empty file for everything that ``glob`` may choose among: scenarios, and files of configs."""
    names = [Path("scenarios") / f"{name}.yaml" for name in story_files()]
    configs = data_dir("configs")
    names += [path.relative_to(configs) for path in configs.rglob("*.yaml")]
    for name in names:
        if name.parts[0] != "evidence":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
    (folder / "sweep.yaml").touch()


@contextmanager
def _called_as(*words: str) -> Iterator[None]:
    """Have Hydra read these words as its command line, and raise what it would print."""
    before, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv, os.environ["HYDRA_FULL_ERROR"] = list(words), "1"
    try:
        yield
    finally:
        sys.argv = before
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full


@cache
def _register() -> None:
    """Make our sweeper and launcher known to Hydra, which takes plugins of ``hydra_plugins`` only."""
    from hydra.core.plugins import Plugins

    plugins = (
        Plugins.instance()
    )  # its first look loads Hydra's own plugins anew, so they are imported after it
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.config_store import ConfigStore
    from hydra.core.utils import JobReturn, JobStatus
    from hydra.plugins.launcher import Launcher
    from omegaconf import OmegaConf

    class QueueSweeper(BasicSweeper):  # type: ignore[misc, unused-ignore]
        """Hydra's own sweeper, minus composing every job in advance: points are checked by their reader."""

        def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
            """Nothing here."""

    class QueueLauncher(Launcher):  # type: ignore[misc, unused-ignore]
        """Hands every job its overrides and nothing else."""

        def setup(self, *, hydra_context: Any, task_function: Any, config: Any) -> None:
            self._job = task_function

        def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> list[Any]:
            done = []
            for overrides in job_overrides:
                self._job(OmegaConf.create({"overrides": [text.lstrip("+") for text in overrides]}))
                done.append(JobReturn(overrides=list(overrides), status=JobStatus.COMPLETED))
            return done

    store, ours = ConfigStore.instance(), ModuleType(_PLUGINS)
    for group, plugin in (("sweeper", QueueSweeper), ("launcher", QueueLauncher)):
        plugin.__module__, plugin.__qualname__ = _PLUGINS, plugin.__name__
        setattr(ours, plugin.__name__, plugin)
        plugins.register(plugin)
        node: dict[str, Any] = {"_target_": f"{_PLUGINS}.{plugin.__name__}"}
        if group == "sweeper":
            node |= {"max_batch_size": None, "params": None}
        store.store(group=f"hydra/{group}", name="cliffedge", node=node, provider="cliffedge")
    above = sys.modules.setdefault(_PLUGINS.partition(".")[0], ModuleType(_PLUGINS.partition(".")[0]))
    above.cliffedge = sys.modules[_PLUGINS] = ours  # type: ignore[attr-defined]
