"""The player in a browser, opened from disk: driven as a trainer would, its counters held against the log."""

import random
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.present.player import render, write
from sim.present.player_choice import Choice, Show
from sim.present.player_data import steps_of
from tests.outcome_logs import log_of
from tests.player_result import OPENS, SHOWN, counted, small, write_player_result

if TYPE_CHECKING:
    from playwright.sync_api import Page

E, P, D = Event, Place, Detail
POLICY = day_of(date.fromisoformat(OPENS))

TOLD = [
    (10.0, E.REFERRED),
    (20.0, E.RG_POSITIVE),
    (20.0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS),
    (25.0, E.SUPPORT_STARTED),
    (30.0, E.BED_TAKEN),
    (30.0, E.MOVED, P.SAFEHOUSE, D.VICTIM_CARE),
    (130.0, E.CG_READY),
    (422.0, E.CG_POSITIVE, D.FIRST_DECISION),
]
ENDS = [
    (467.0, E.SUPPORT_ENDED, D.MOVED_ON),
    (467.0, E.BED_LEFT),
    (467.0, E.MOVED, P.STREET, D.PLACE_ENDED),
]
LATER = [(day + 135.0, *rest) for day, *rest in ENDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_player_result(tmp_path_factory.mktemp("results") / "small")


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    """The player of everybody referred from 2025 on."""
    path, _ = write(folder, Choice(first=date(2025, 1, 1)))
    return path.as_uri()


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    log = small().logs["baseline"]
    first = (log.event == E.REFERRED) & (log.visit == 0) & (log.time >= day_of(date(2025, 1, 1)))
    return np.unique(log.person[first])


@pytest.fixture(scope="module")
def two_lives(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Person 1 lives the same life twice; the bed of person 2 ends on day 457, or 135 days later."""
    child = [(12.0, E.REFERRED), (40.0, E.RG_NEGATIVE)]
    both = np.array([0, 1], np.int32)
    logs = [log_of(child, [*TOLD, *ENDS]), log_of(child, [*TOLD, *LATER])]
    show = Show(
        names=("baseline", "longer"),
        titles=("Today's rules", "Longer support"),
        whys=("", ""),
        steps=tuple(steps_of(log, both, 10) for log in logs),
        start=10,
        policy=300,
        horizon=1300,
        since=10,
        opens=300,
        who="Two people",
        of=2,
        services=(),
        made={"run": "x", "command": "x", "seed": "1", "replication": "1"},
    )
    path = tmp_path_factory.mktemp("out") / "two.html"
    path.write_text(render(show), encoding="utf-8")
    return path.as_uri()


def open_player(page: "Page", address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")


def counters(page: "Page", lane: int) -> dict[str, int]:
    """What stands in the rooms of a lane; empty rooms left out."""
    found = page.eval_on_selector_all(
        f"#stage-{lane} [data-room]", "all => all.map(each => [each.dataset.room, each.textContent])"
    )
    return {room: int(count.replace(",", "")) for room, count in found if count != "0"}


def scrub(page: "Page", day: int) -> None:
    """Drag time to a day from the player's first."""
    page.eval_on_selector(
        "#scrub", "(bar, day) => { bar.value = day; bar.dispatchEvent(new Event('input')); }", day
    )
    page.wait_for_function("day => document.getElementById('when').dataset.hour == day * 24", arg=day)


def hour(page: "Page") -> int:
    return int(page.get_attribute("#when", "data-hour") or -1)


def expected(scenario: str, rows: np.ndarray, day: float) -> dict[str, int]:
    counts = counted(small().logs[scenario], rows, day)
    counts.pop("not_yet", None)
    return counts


def insecure(scenario: str, rows: np.ndarray, day: float) -> int:
    """People on a sofa or the street, read off the log one event after the other."""
    log, place, wanted = small().logs[scenario], {}, set(rows.tolist())
    for person, time, where in zip(log.person.tolist(), log.time.tolist(), log.place.tolist(), strict=True):
        if time <= day and person in wanted:
            place[person] = where
    return sum(where in (P.FRIENDS, P.STREET) for where in place.values())


def start_of(rows: np.ndarray) -> int:
    log = small().logs["baseline"]
    return int(np.floor(log.time[np.isin(log.person, rows)].min()))


# ------------------------------------------------------------------------------------------------------ alone
def test_it_asks_for_nothing_and_complains_of_nothing(page: "Page", address: str) -> None:
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_player(page, address)
    page.click("#play")
    page.wait_for_timeout(200)
    assert [url for url in requests if url != address and not re.match("data:|blob:", url)] == []
    assert complaints == []


def test_without_scripts_the_counts_are_there_as_tables(browser: object, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(address)
    assert page.locator("noscript caption").first.is_visible()
    assert page.locator("noscript caption").first.inner_text() == "People in each room on 1 April 2027"
    context.close()


# -------------------------------------------------------------------------------------------------- the count
def test_counters_equal_the_event_log_at_ten_random_instants(
    page: "Page", address: str, rows: np.ndarray
) -> None:
    open_player(page, address)
    page.select_option("#lane-1", label="Priority need for confirmed survivors")
    start, chance = start_of(rows), random.Random(20260401)
    last = int(page.get_attribute("#scrub", "max") or 0)
    for _ in range(10):
        day = chance.randrange(1, last)
        scrub(page, day)
        assert counters(page, 0) == expected("baseline", rows, start + day)
        assert counters(page, 1) == expected("priority_need", rows, start + day)


def test_counters_still_equal_the_log_when_time_has_run(page: "Page", address: str, rows: np.ndarray) -> None:
    open_player(page, address)
    scrub(page, POLICY - start_of(rows))
    before = hour(page)
    page.wait_for_timeout(250)
    assert hour(page) == before, "the player starts paused"
    page.select_option("#speed", "180")
    page.click("#play")
    page.wait_for_function(
        "hour => Number(document.getElementById('when').dataset.hour) > hour", arg=before + 2400
    )
    page.click("#play")
    page.wait_for_function("() => document.getElementById('play').textContent === 'Play'")
    stopped = hour(page)
    for lane, name in enumerate(SHOWN[:2]):
        assert counters(page, lane) == expected(name, rows, start_of(rows) + stopped / 24)
    page.wait_for_timeout(100)
    assert hour(page) == stopped


def test_event_on_goes_from_move_to_move_and_back(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    scrub(page, 0)
    seen = []
    for _ in range(7):
        page.click("#event-on")
        page.wait_for_timeout(80)
        seen.append(hour(page) / 24)
    assert seen == [2, 10, 20, 30, 120, 412, 457]  # days from the first, which is day 10 of the log
    assert counters(page, 0) == {"nowhere": 1, "not_followed": 1}
    assert counters(page, 1) == {"support_bed": 1, "not_followed": 1}
    page.click("#event-back")
    page.wait_for_timeout(40)
    assert hour(page) / 24 == 412


def test_the_table_holds_what_the_lanes_show(page: "Page", address: str, rows: np.ndarray) -> None:
    open_player(page, address)
    page.click("#numbers summary")
    page.fill("#table-day", "2028-02-29")
    page.click("#table-add")
    heads = page.locator("#table-head tr").first.locator("th").all_inner_texts()
    at = heads.index("29 February 2028")
    day = day_of(date(2028, 2, 29))
    logs = [expected(name, rows, day) for name in SHOWN[:2]]
    told = page.eval_on_selector_all(
        "#table-body tr", "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    titles = {"Nowhere secure": "nowhere", "Settled home": "settled", "Waiting for CG": "waiting_cg"}
    found = {titles[row[0]]: row[1 + 2 * at : 3 + 2 * at] for row in told if row[0] in titles}
    assert found == {room: [str(log.get(room, 0)) for log in logs] for room in titles.values()}
    unsafe = [row[1 + 2 * at : 3 + 2 * at] for row in told if row[0] == "Nowhere secure to live, in any room"]
    assert unsafe == [[str(insecure(name, rows, day)) for name in SHOWN[:2]]]


def test_whoever_has_nowhere_secure_is_counted_in_whichever_room(
    page: "Page", address: str, rows: np.ndarray
) -> None:
    open_player(page, address)
    start = start_of(rows)
    for day in (POLICY - start, POLICY - start + 400):
        scrub(page, day)
        page.wait_for_timeout(50)
        said = re.findall(r"([\d,]+) with nowhere secure", page.inner_text("#caption"))
        assert said == [f"{insecure(name, rows, start + day):,}" for name in SHOWN[:2]]
    assert insecure("baseline", rows, start + day) > counters(page, 0)["nowhere"]


# ------------------------------------------------------------------------------------------------- one person
def test_one_person_is_told_their_clock_in_both_lanes(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    page.click("#person-differs")
    assert page.input_value("#person") == "2"
    scrub(page, 411)
    page.wait_for_timeout(50)
    told = page.inner_text("#clock-0")
    assert told.startswith(
        "Day 411: still waiting for a decision: the file has been ready for 291 days; living in a safehouse"
    )
    scrub(page, 412)
    page.wait_for_timeout(50)
    assert "has been told that the bed ends on day 457" in page.inner_text("#clock-0")
    assert "has been told that the bed ends on day 592" in page.inner_text("#clock-1")
    scrub(page, 500)
    page.wait_for_timeout(50)
    assert page.inner_text("#clock-0") == (
        "Day 500: nowhere secure to live for 43 days; living on the street; no named worker; "
        "this is day 88 after the positive decision."
    )
    assert page.inner_text("#clock-1").startswith("Day 500: in support, with a safehouse bed")
    assert page.locator("#story-0 li").first.inner_text() == (
        "Day 457 (13 April 2015): moved; now on the street (the place came to its end)"
    )


def test_a_click_on_a_square_follows_that_person(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    scrub(page, 500)
    box = page.locator("#stage-0 .room:has([data-room=nowhere])").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 9, box["y"] + 42)
    assert page.input_value("#person") == "2"


def test_lined_up_by_decision_the_marker_stands_at_day_45(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    page.select_option("#align", "decision")
    page.wait_for_timeout(50)
    assert page.inner_text("#when") == "The day of the decision"
    scrub(page, 180 + 45)
    assert page.inner_text("#when") == "Day 45 after the decision"
    assert counters(page, 0) == {"nowhere": 1}
    assert page.inner_text("#stage-1 .room:has([data-room=support_bed]) i") == "1 past day 45"
    scrub(page, 180 + 44)
    assert counters(page, 0) == {"support_bed": 1}


# ---------------------------------------------------------------------------------------------- predict first
def test_the_second_lane_is_hidden_until_the_class_has_guessed(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    page.click("#hide")
    page.fill("#guess-day", "2015-06-01")  # day 507 of the player
    page.dispatch_event("#guess-day", "change")
    question = "Under “Today's rules”, 1 of 2 people have nowhere secure to live (1 June 2015)."
    assert page.inner_text("#cover").startswith(question)
    assert not page.is_visible("#stage-1 [data-room=nowhere]")
    scrub(page, 507)
    assert "hidden" in page.inner_text("#caption")
    assert set(page.locator("#table-body tr td:nth-child(3)").all_text_contents()) == {"hidden"}
    page.fill("#guess", "3")
    page.click("#reveal")
    assert page.inner_text("#answer") == (
        "The class guessed 3. In this run 0 have nowhere secure to live (1 June 2015): 1 fewer than in the "
        "first lane."
    )
    assert page.is_visible("#stage-1 [data-room=nowhere]")
    assert counters(page, 1) == {"support_bed": 1, "not_followed": 1}


# ------------------------------------------------------------------------------------------ keyboard and calm
def test_everything_can_be_done_by_keyboard(page: "Page", two_lives: str) -> None:
    open_player(page, two_lives)
    page.focus("#lanes")
    at = hour(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(50)
    assert hour(page) == at + 24
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_timeout(50)
    assert hour(page) == at - 29 * 24
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play"
    reached = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    wanted = "play speed event-on scrub lanes lane-0 lane-1 align hide measure person person-differs"
    assert set(wanted.split()) <= reached
    page.focus("#person")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#clock-0", state="visible", timeout=5000)


def test_who_wants_little_motion_gets_jumps_and_the_same_counts(page: "Page", two_lives: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_player(page, two_lives)
    assert page.is_visible("#calm")
    scrub(page, 400)
    page.select_option("#speed", "90")
    page.click("#play")
    page.wait_for_function("() => Number(document.getElementById('when').dataset.hour) >= 457 * 24")
    page.click("#play")
    assert (hour(page) / 24 - 400) % 63 == 0, "time runs in jumps of 0.7 seconds"
    assert counters(page, 0) == {"nowhere": 1, "not_followed": 1}


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_page_never_scrolls_sideways(page: "Page", address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_player(page, address)
    page.eval_on_selector_all("details", "found => found.forEach(each => each.open = true)")
    page.click("#person-differs")
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"{wide[0]} px of content on a screen of {wide[1]} px"


def test_every_control_has_a_name_and_text_stands_out(page: "Page", address: str) -> None:
    open_player(page, address)
    nameless = page.eval_on_selector_all(
        "button, select, input",
        """all => all.filter(each => !(each.textContent.trim() && each.tagName === 'BUTTON')
            && !each.labels.length && !each.getAttribute('aria-label')).map(each => each.id)""",
    )
    assert nameless == []
