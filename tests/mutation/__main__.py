"""``python -m tests.mutation``: change the rules of the pathway one at a time; every change must be noticed.

Prints the changes that no story noticed, with file and line. Those listed in ``equivalent.yaml`` make no
difference that a story could tell, each with the reason. Ends with 1 if a change went unnoticed, or if a
listed one is noticed after all or is not there any more. ``python -m tests.mutation housing status`` looks at
these files only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import yaml

from tests.mutation.mutants import Mutant, files, mutants_of
from tests.mutation.running import (
    Lines,
    Verdict,
    lines_reached,
    read_stories,
    try_mutant,
    try_without_lever,
)
from tests.stories.rules import Story

EQUIVALENT = Path(__file__).with_name("equivalent.yaml")


def equivalent() -> dict[str, str]:
    """Changes known to make no difference that a story could tell, with the reason."""
    told = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or {}
    return {str(name): str(reason) for name, reason in told.items()}


@lru_cache(maxsize=1)
def _stories() -> list[Story]:
    return read_stories()


def _reached(number: int) -> Lines:
    return lines_reached(_stories()[number])


_REACHED: dict[str, Lines] = {}


def _mutant(job: tuple[str, int]) -> Verdict:
    stem, number = job
    (file,) = (file for file in files() if file.stem == stem)
    return try_mutant(_mutants(str(file))[number], _stories(), _REACHED)


@lru_cache(maxsize=32)
def _mutants(file: str) -> list[Mutant]:
    return list(mutants_of(Path(file)))


def _lever(path: str) -> Verdict:
    return try_without_lever(path, _stories())


def levers() -> list[str]:
    """Every path that a shipped scenario sets."""
    from sim.config.stories import read_story, story_files
    from sim.config.tree import settings

    found = {path for name in story_files() for path, _ in settings(read_story(name).changes)}
    return sorted(found - {"policy.applies_to"})


def verdicts(stems: Sequence[str] = (), workers: int = 2) -> list[Verdict]:
    """What became of every change: of rules in the files named (all if none), and of scenarios' levers."""
    fork = get_context("fork")
    stories = _stories()
    with ProcessPoolExecutor(workers, fork) as pool:
        for story, reached in zip(stories, pool.map(_reached, range(len(stories)), chunksize=4), strict=True):
            _REACHED[story.name] = reached
    jobs = [
        (file.stem, k)
        for file in files()
        if not stems or file.stem in stems
        for k in range(len(_mutants(str(file))))
    ]
    with ProcessPoolExecutor(workers, fork) as pool:
        found = list(pool.map(_mutant, jobs, chunksize=2))
        if not stems or "scenarios" in stems:
            found += pool.map(_lever, levers())
    return found


def report(found: Sequence[Verdict], whole: bool) -> list[str]:
    """What must be put right: changes unnoticed and not listed; listed ones that are noticed, or gone."""
    known = equivalent()
    wrong = [f"{one.where}  {one.name}" for one in found if one.noticed_by is None and one.name not in known]
    noticed = {one.name: one.noticed_by for one in found}
    for name in known:
        if noticed.get(name) is not None:
            wrong.append(f"equivalent.yaml  {name}: is noticed by {noticed[name]!r}; take it off the list")
        elif whole and name not in noticed:
            wrong.append(f"equivalent.yaml  {name}: there is no such change any more")
    return wrong


def main(stems: Sequence[str]) -> int:
    """Print the report; the exit code."""
    found = verdicts(stems)
    known = equivalent()
    dead = sum(one.noticed_by is not None for one in found)
    listed = sum(one.noticed_by is None and one.name in known for one in found)
    print(f"{len(found)} changes: {dead} noticed by a story, {listed} make no difference (equivalent.yaml)")
    wrong = report(found, not stems)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def _asked(words: Sequence[str]) -> int:
    """Do what the command line asks for."""
    from tests.mutation import score

    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="files of the pathway, by stem; without --room only")
    parser.add_argument("--room", choices=sorted(score.ROOMS))
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, drawn by lot; 0: all")
    parser.add_argument("--seed", type=int, default=score.SEED)
    parser.add_argument("--write", type=Path, help="a file for what became of each mutant")
    parser.add_argument("--again", type=Path, help="such a file: only what was not noticed is tried")
    parser.add_argument("--workers", type=int, default=1, help="so many processes; with --room only")
    told = parser.parse_args(words)
    if told.room is None:
        return main(told.files)
    return score.main(told.room, told.sample, told.seed, told.write, told.again, told.workers)


if __name__ == "__main__":
    sys.exit(_asked(sys.argv[1:]))
