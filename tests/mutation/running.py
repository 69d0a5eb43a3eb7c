"""Running the stories against one mutant: a child process takes the changed function, and says who noticed.

Only the stories that reach the changed lines are told, to the reference engine, until one fails. A mutant
that raises an error, or does not come to an end, is noticed too. Needs `os.fork` (Linux, macOS).
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from tests.mutation.mutants import PATHWAY, Mutant
from tests.stories import rules, telling
from tests.stories.rules import Story

PATIENCE: Final = 20
"""Seconds after which a mutant counts as one that never ends."""

Lines = set[tuple[str, int]]


@dataclass(frozen=True)
class Verdict:
    """What became of one change: which story noticed it, or None if none did."""

    name: str
    where: str
    noticed_by: str | None


def lines_reached(story: Story) -> Lines:
    """The lines of the pathway (module, line) that a story runs through; it must be a true story.

    Raises
    ------
    AssertionError
        If the story fails without any change.
    """
    reached: Lines = set()
    folder = str(PATHWAY)

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(folder):
            return None
        module = os.path.basename(name)[:-3]

        def local(inner: FrameType, event: str, _: Any) -> Any:
            reached.add((module, inner.f_lineno))
            return local

        return local

    sys.settrace(trace)
    try:
        lives = telling.tell(story)
    finally:
        sys.settrace(None)
    wrong = telling.mistakes(story, lives)
    assert not wrong, wrong
    return reached


def in_child(work: Callable[[], str | None]) -> str | None:
    """What a piece of work says when it is done in a copy of this process, which is then thrown away."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(PATIENCE)
            os.close(reading)
            os.write(writing, (work() or "").encode()[:4000])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "it never came to an end"
    return said or None


def try_mutant(mutant: Mutant, stories: Sequence[Story], reached: dict[str, Lines]) -> Verdict:
    """Tell the stories that reach a mutant, until one notices it."""
    lines = {(mutant.module, line) for line in range(mutant.line, mutant.last_line + 1)}
    told = [story for story in stories if reached[story.name] & lines]

    def work() -> str | None:
        module = importlib.import_module(f"sim.pathway.{mutant.module}")
        getattr(module, mutant.function).__code__ = mutant.code
        return first_to_notice(told)

    return Verdict(mutant.name, mutant.where, in_child(work))


def try_without_lever(lever: str, stories: Sequence[Story]) -> Verdict:
    """Tell the stories of options as if one lever had no effect, until one notices."""
    told = [story for story in stories if lever in levers_of(story)]
    return Verdict(f"lever {lever} ignored", "scenarios", in_child(lambda: first_to_notice(told, {lever})))


def levers_of(story: Story) -> set[str]:
    """The paths that a story's options and single changes set."""
    before, after = story.parameters()
    from sim.config.tree import leaves

    old = dict(leaves(before))
    return {path for path, value in leaves(after) if old[path] != value}


def first_to_notice(stories: Sequence[Story], ignoring: set[str] | None = None) -> str | None:
    """The first story that does not come true any more, or breaks."""
    for story in stories:
        try:
            lives = telling.tell(story, ignoring=ignoring or ())
        except Exception:  # whatever breaks has been noticed
            return story.name
        if telling.mistakes(story, lives):
            return story.name
    return None


def read_stories() -> list[Story]:
    """Every story; those with the shortest runs first."""
    return sorted(rules.read(), key=lambda story: (str(story.before["experiment.horizon"]), story.name))
