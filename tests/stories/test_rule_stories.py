"""The stories of `rules/*.yaml`, told to both engines."""

import pytest

from sim.engine import simulate as reference
from sim.engine.compiled import run as compiled
from sim.engine.compiled.agreement import first_difference
from tests.stories import rules, telling

FILES = sorted(rules.FOLDER.glob("*.yaml"))


def _told() -> tuple[list[rules.Story], dict[str, str]]:
    """Every story that can be read, and what is wrong with each other file; parameters are read later."""
    stories, broken = [], {}
    for file in FILES:
        try:
            stories += rules.read_file(file, checked=False)
        except rules.StoryError as error:
            broken[file.name] = str(error)
    return stories, broken


STORIES, BROKEN = _told()


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_story_file_can_be_read(file):
    if file.name in BROKEN:
        pytest.fail(BROKEN[file.name], pytrace=False)
    assert rules.read_file(file, checked=True)


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_story(story):
    log = telling.log_of(story, reference)
    wrong = telling.mistakes(story, telling.lives_of(story, log))
    if wrong:
        pytest.fail(wrong, pytrace=False)
    theirs = telling.log_of(story, compiled)
    difference = first_difference(log, theirs, ("reference", "compiled"))
    if difference is not None:
        pytest.fail(f"{story.name}: the engines part\n{difference}", pytrace=False)
