"""What is said of a mistake in a story file, and how a story that fails is told."""

import pytest

from tests.stories import rules, telling

GOOD = """
subject: Nothing happens
rule: pathway 5
law: practice
stories:
  - story: A quiet life
    who: {status: British}
    happens:
      - referred, on 2020-01-06
      - reasonable grounds positive, 4 days later
      - support started, 2 days later
      - conclusive grounds positive (first decision)
      - support ended (moved on), 45 days later
      - subsistence ended, same day as support ended
    never: [applied as homeless]
    times: {contact started: 1}
"""


def told(tmp_path, text=GOOD):
    file = tmp_path / "quiet.yaml"
    file.write_text(text, encoding="utf-8")
    return rules.read_file(file)


def outcome(tmp_path, old="", new=""):
    assert old in GOOD
    (story,) = told(tmp_path, GOOD.replace(old, new))
    return telling.mistakes(story, telling.tell(story))


def test_a_story_that_is_true_passes(tmp_path):
    assert outcome(tmp_path) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "45 days later",
            "44 days later",
            "expected: support ended (moved on), 44 days later; it happened on",
        ),
        ("45 days later", "at least 46 days later", "46 days later; it happened on"),
        ("(moved on)", "(disengaged)", "it happened with another detail or place"),
        (
            "2 days later",
            "3 to 9 days later",
            "support started, 3 to 9 days later; it happened on 2020-01-12",
        ),
        ("on 2020-01-06", "on 2020-01-07", "referred, on 2020-01-07; it happened on 2020-01-06"),
        ("support started, 2 days later", "bed taken", "expected: bed taken; it did not happen"),
        (
            "positive (first decision)",
            "positive\n      - referred",
            "it happened earlier than the line before",
        ),
        ("[applied as homeless]", "[contact started]", "must never happen: contact started"),
        ("[applied as homeless]", "['contact ended, 45 days after cg positive']", "must never happen"),
        ("started: 1", "started: 2", "expected 2 times: contact started; it happened 1 times"),
    ],
)
def test_a_story_that_is_not_true_fails_and_says_where(tmp_path, old, new, said):
    wrong = outcome(tmp_path, old, new)
    assert said in wrong
    assert wrong.startswith("A quiet life\n  quiet.yaml; pathway 5; practice\n")
    assert "2020-01-12  support started at own home" in wrong


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "- support started",
            "- support startd",
            "'support startd' is no event of the log; did you mean support started?",
        ),
        ("(moved on)", "(moved out)", "'moved_out' is no detail of the log"),
        ("2 days later", "2 weeks later", "'2 weeks later' says no time; allowed: same day |"),
        ("on 2020-01-06", "on 6 January", "'6 January' is no date"),
        ("status: British", "status: Britsh", "'Britsh' is unknown; did you mean british?"),
        ("status: British", "hair: red", "who: 'hair' is unknown; allowed: referred, age"),
        ("pathway 5", "R13", "rule is 'R13'; allowed: R0 to R12, or `pathway N`"),
        ("law: practice", "law: ''", "law is missing"),
        ("happens:", "hapens:", "'hapens' is unknown; did you mean happens?"),
        (
            "    never",
            "    certain: {support.move_on_day: 3}\n    never",
            "did you mean support.move_on_days?",
        ),
        (
            "    never",
            "    options: [priority_ned]\n    never",
            "'priority_ned' is no scenario; did you mean priority_need?",
        ),
        (
            "    never",
            "    at: streets\n    never",
            "'streets' is no place to be at RG+; did you mean street?",
        ),
        ("same day as support ended", "same day as Bob's support ended", "nobody is called Bob; known: they"),
        ("story: A quiet life", "rule: R1", "quiet.yaml, story 1 has no title"),
    ],
)
def test_a_mistake_in_a_file_names_file_story_and_the_nearest_word(tmp_path, old, new, said):
    assert old in GOOD
    with pytest.raises(rules.StoryError) as failed:
        told(tmp_path, GOOD.replace(old, new))
    assert said in str(failed.value)
    assert "quiet.yaml, story 1" in str(failed.value)


def test_people_with_names_are_told_apart(tmp_path):
    (story,) = told(
        tmp_path,
        """
rule: pathway 5
law: practice
stories:
  - story: One bed for two
    who:
      Ana: {referred: 2020-03-30}
      Ben: {referred: 2020-04-02}
    at: friends
    certain:
      support.beds.places: 1
      support.beds.wanted_from_friends: 1
      support.beds.patience_mean_days: 1000000
    happens:
      Ana: [bed requested, 'bed taken, same day', bed left]
      Ben: [bed requested, "bed taken, same day as Ana's bed left"]
""",
    )
    lives = telling.tell(story)
    assert telling.mistakes(story, lives) == ""
    lives["Ana"], lives["Ben"] = lives["Ben"], lives["Ana"]
    assert "(Ana)" in telling.mistakes(story, lives)
