"""The flow chart of the pathway: its words fit, its arrows run forward, its days are those of the rules."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.config.compose import baseline
from sim.engine.log import Event

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def chart():
    sys.path.insert(0, str(DOCS))
    try:
        import pathway_chart
    finally:
        sys.path.remove(str(DOCS))
    return pathway_chart


@pytest.fixture(scope="module")
def nobody(chart):
    return chart.Counted(1, 1, {}, {})


def test_a_step_stands_once_and_no_box_covers_another(chart):
    assert len({box.event for box in chart.BOXES}) == len(chart.BOXES)
    places = [(box.left, box.top) for box in chart.BOXES]
    for at, (x, y) in enumerate(places):
        assert x + chart.BOX < chart.WIDTH
        for other_x, other_y in places[at + 1 :]:
            assert abs(x - other_x) > chart.BOX or abs(y - other_y) > chart.HIGH


def test_arrows_run_to_the_right_but_for_the_way_back_and_the_way_on(chart):
    by_event = {box.event: box for box in chart.BOXES}
    back = {(a, b) for a, b in chart.ARROWS if by_event[a].left >= by_event[b].left}
    assert back == {
        (Event.RE_EXPLOITED, Event.REFERRED),
        (Event.NEEDS_ASSESSED, Event.SUPPORT_ENDED),
    }
    reached = {Event.REFERRED, Event.DECLINED_REFERRAL, Event.ASYLUM_ACCOMMODATION_NOTICE}
    assert {b for _, b in chart.ARROWS} | reached == set(by_event)


def test_words_fit_their_boxes(chart, nobody):
    days = dict.fromkeys(chart.DAYS, 1234.0)
    for box in chart.BOXES:
        rows = chart.rows_of(box, nobody, days)
        assert 17 + chart.ROW * (len(rows) - 1) < chart.HIGH - 4, box.event
        assert all(len(words) <= chart.LETTERS for words, _ in rows), box.event


def test_the_days_are_those_of_the_rules(chart, nobody):
    def shown(*overrides):
        picture = chart.picture(nobody, chart.days_of(baseline(list(overrides))))
        return " ".join(ElementTree.fromstring(picture).itertext())

    assert "45 days at least" in shown()
    other = shown("support.move_on_days=91")
    assert "91 days at least" in other
    assert "45 days" not in other


def test_each_day_that_is_shown_has_its_parameter_and_evidence(chart):
    used = {name for box in chart.BOXES for name in re.findall(r"{(\w+):g}", box.timed)}
    assert used == set(chart.DAYS)
    sys.path.insert(0, str(DOCS))
    try:
        for box in chart.BOXES:
            assert bool(box.evidence()) == ("{" in box.timed)
    finally:
        sys.path.remove(str(DOCS))
