"""Whom the player shows and where it puts them, against the event log; its bytes; and what it refuses."""

import base64
import html
import json
import random
import re
import sys
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim import cli
from sim.engine.log import Detail, Event, EventLog, Place
from sim.errors import SimError
from sim.present.player import write
from sim.present.player_choice import Choice
from sim.present.player_data import pack, referred_between, sample, steps_of, varints
from sim.present.player_words import DETAIL_WORDS, EVENT_WORDS, PLACE_WORDS, ROOM_WORDS, Room
from tests.outcome_logs import log_of
from tests.player_result import SHOWN, counted, small, write_player_result

E, P, D = Event, Place, Detail

WAY = [
    (10.0, E.REFERRED),
    (20.0, E.RG_POSITIVE),
    (20.0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS),
    (25.0, E.SUPPORT_STARTED),
    (25.0, E.CONTACT_STARTED, D.VICTIM_CARE),
    (30.0, E.BED_TAKEN),
    (30.0, E.MOVED, P.SAFEHOUSE, D.VICTIM_CARE),
    (130.0, E.CG_READY),
    (200.0, E.CG_POSITIVE, D.FIRST_DECISION),
    (245.0, E.CONTACT_ENDED, D.VICTIM_CARE),
    (245.0, E.SUPPORT_ENDED, D.MOVED_ON),
    (245.0, E.BED_LEFT),
    (245.0, E.MOVED, P.STREET, D.PLACE_ENDED),
    (300.0, E.REFERRED, 1, D.SAME_INCIDENT),
    (330.0, E.RG_NEGATIVE, 1),
    (400.0, E.MOVED, 1, P.SOCIAL_HOME, D.SOCIAL_OFFER),
    (500.0, E.LEFT_UK, 1),
]


def room_on(log: EventLog, day: float) -> Room:
    """The one room that holds the one person on a day."""
    counts = steps_of(log, np.array([0], np.int32), 0).counts(int(day * 24))
    assert counts.sum() == 1
    return Room(int(np.argmax(counts)))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_player_result(tmp_path_factory.mktemp("results") / "small")


@pytest.fixture(scope="module")
def page(result: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path, _ = write(result, out=tmp_path_factory.mktemp("out") / "player.html")
    return path.read_text(encoding="utf-8")


# ----------------------------------------------------------------------------------------------------- rooms
@pytest.mark.parametrize(
    ("day", "room"),
    [
        (9, Room.NOT_YET),
        (10, Room.WAITING_RG),
        (20, Room.RECOVERY),
        (129, Room.RECOVERY),  # a safehouse bed during the wait does not empty the waiting room
        (130, Room.WAITING_CG),
        (200, Room.SUPPORT_BED),
        (245, Room.NOWHERE),
        (300, Room.RETURNED),
        (330, Room.NOWHERE),
        (400, Room.SETTLED),
        (500, Room.LEFT),
        (9000, Room.LEFT),
    ],
)
def test_a_life_goes_from_room_to_room(day: float, room: Room) -> None:
    assert room_on(log_of(WAY), day) == room


def test_support_where_somebody_lives_is_outreach_until_it_ends() -> None:
    told = [
        (0.0, E.REFERRED),
        (5.0, E.RG_POSITIVE),
        (5.0, E.COMMUNITY_LIFE_BEGINS, P.ASYLUM_ACCOMMODATION),
        (8.0, E.SUPPORT_STARTED),
        (40.0, E.CG_READY),
        (60.0, E.CG_NEGATIVE),
        (73.0, E.SUPPORT_ENDED, D.NEGATIVE_DECISION),
    ]
    assert room_on(log_of(told), 60) == Room.SUPPORT_OUTREACH
    assert room_on(log_of(told), 73) == Room.ASYLUM


def test_nothing_of_one_person_reaches_the_next() -> None:
    supported = [(0.0, E.REFERRED), (1.0, E.RG_POSITIVE), (2.0, E.SUPPORT_STARTED), (2.0, E.CONTACT_STARTED)]
    child = [(0.0, E.REFERRED), (1.0, E.RG_NEGATIVE)]
    steps = steps_of(log_of(supported, child), np.array([0, 1], np.int32), 0)
    assert steps.state[-1].tolist() == [E.RG_NEGATIVE, D.NONE, P.UNKNOWN, Room.NOT_FOLLOWED, 0]


def test_a_moment_within_an_hour_counts_from_the_next_whole_hour() -> None:
    log = log_of([(3.001, E.REFERRED), (4.0, E.RG_NEGATIVE)])
    steps = steps_of(log, np.array([0], np.int32), 3)
    assert steps.tick.tolist() == [1, 24]
    assert steps.counts(0)[Room.NOT_YET] == 1
    assert steps.counts(1)[Room.WAITING_RG] == 1


@pytest.mark.parametrize("name", SHOWN)
def test_counters_equal_the_event_log_at_ten_random_instants(name: str) -> None:
    made = small()
    everybody = np.unique(made.logs["baseline"].person[made.logs["baseline"].event == E.REFERRED])
    rows = sample(everybody, 250, 7, 0)
    steps = steps_of(made.logs[name], rows, 0)
    chance = random.Random(name)
    for _ in range(10):
        hour = chance.randrange(4200 * 24, 6600 * 24)
        counts = {Room(k).name.lower(): int(n) for k, n in enumerate(steps.counts(hour)) if n}
        assert counts == counted(made.logs[name], rows, hour / 24)


# ----------------------------------------------------------------------------------------------- who is shown
def test_a_sample_is_always_the_same_and_part_of_a_larger_one() -> None:
    rows = np.arange(5, 905, 3)
    few, more = sample(rows, 20, 7, 0), sample(rows, 50, 7, 0)
    assert few.tolist() == sorted(few.tolist())
    assert set(few.tolist()) < set(more.tolist()) < set(rows.tolist())
    assert sample(rows[::-1], 20, 7, 0).tolist() == few.tolist()
    assert sample(rows, 20, 8, 0).tolist() != few.tolist()
    assert sample(rows, 1000, 7, 0).tolist() == rows.tolist()


def test_a_window_holds_first_referrals_of_its_days_and_nobody_who_declined() -> None:
    log = log_of(
        [(9.9, E.REFERRED)],
        [(10.0, E.REFERRED)],
        [(11.0, E.DECLINED_REFERRAL)],
        [(2.0, E.REFERRED), (3.0, E.RG_NEGATIVE), (12.0, E.REFERRED, 1)],
        [(19.99, E.REFERRED)],
        [(20.0, E.REFERRED)],
    )
    assert referred_between(log, 10, 20).tolist() == [1, 4]


def test_the_cohort_is_shown_unless_a_window_is_asked_for(result: Path, tmp_path: Path) -> None:
    _, cohort = write(result, out=tmp_path / "a.html")
    assert cohort.n_people == len(small().rows)
    window = Choice(first=date(2026, 1, 1), last=date(2026, 3, 31), people=20)
    _, some = write(result, window, tmp_path / "b.html")
    assert some.n_people == 20
    assert some.of > 20
    assert all(steps.begins.shape == (21,) for steps in some.steps)


# ------------------------------------------------------------------------------------------------------ bytes
def unpacked(page: str) -> tuple[dict[str, object], list[list[list[tuple[int, list[int]]]]]]:
    """The steps in a page, by scenario and person, read by the description of `Packed`."""
    about = json.loads(re.search(r'id="about">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    text = re.search(r'id="steps">(.*?)</script>', page, re.S)[1]  # type: ignore[index]
    content = zlib.decompress(base64.b64decode(text))
    at, scenarios = 0, []
    for lengths in about["streams"]:
        streams = []
        for length in lengths:
            numbers, value, shift = [], 0, 0
            for byte in content[at : at + length]:
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    numbers.append(value)
                    value = shift = 0
            streams.append(iter(numbers))
            at += length
        shared, own, since, token = streams
        people = []
        for person in range(about["people"]):
            steps = scenarios[0][person][: next(shared)] if scenarios else []
            for _ in range(next(own)):
                before = steps[-1][0] if steps else 0
                steps = [*steps, (before + next(since), about["tokens"][next(token)])]
            people.append(steps)
        assert [next(each, None) for each in streams] == [None] * 4
        scenarios.append(people)
    assert at == len(content)
    return about, scenarios


def test_what_is_packed_comes_out_again_step_for_step(result: Path, page: str, tmp_path: Path) -> None:
    about, scenarios = unpacked(page)
    _, show = write(result, out=tmp_path / "again.html")
    assert [each["name"] for each in about["scenarios"]] == list(SHOWN)  # type: ignore[attr-defined]
    for steps, people in zip(show.steps, scenarios, strict=True):
        told = [step for person in people for step in person]
        assert [tick for tick, _ in told] == steps.tick.tolist()
        assert [token for _, token in told] == steps.state.tolist()
    assert scenarios[1] != scenarios[0]


def test_options_are_packed_as_what_differs() -> None:
    rows = np.array([0], np.int32)
    base = steps_of(log_of(WAY), rows, 0)
    other = steps_of(log_of([*WAY[:9], (300.0, E.SUPPORT_ENDED, P.STREET)]), rows, 0)
    packed = pack([base, base, other])
    same, differs = packed.streams[1:]
    assert same == [1, 1, 0, 0]
    assert differs == [1, 1, 2, 1]  # nine steps shared, one of its own, 100 days = 2400 hours: two bytes


def test_varints_hold_numbers_of_every_length() -> None:
    values = [0, 1, 127, 128, 16383, 16384, 2**21 - 1, 2**21, 2**28, 2**35 - 1]
    packed = varints(np.array(values, np.uint64))
    assert packed[:5] == bytes([0, 1, 127, 128, 1])
    assert len(packed) == 1 + 1 + 1 + 2 + 2 + 3 + 3 + 4 + 5 + 5
    assert varints(np.zeros(0, np.int64)) == b""


# ------------------------------------------------------------------------------------------------------- page
def test_the_same_choice_gives_the_same_bytes(result: Path, page: str, tmp_path: Path) -> None:
    path, _ = write(result, out=tmp_path / "again.html")
    assert path.read_text(encoding="utf-8") == page


def test_the_page_says_that_people_are_synthetic_and_names_no_other_address(page: str) -> None:
    assert "Everyone here is synthetic: no square stands for a real person" in page
    assert "default-src 'none'; script-src 'sha256-" in html.unescape(page)
    outside = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(?!data:|#)[a-z]+:', page)
    assert outside == []


def test_texts_of_a_result_cannot_become_markup(page: str) -> None:
    assert "<decision>" not in page  # the made-up reason holds it


def test_every_word_that_a_class_may_meet_is_there() -> None:
    assert set(EVENT_WORDS) == set(Event)
    assert set(PLACE_WORDS) == set(Place)
    assert set(ROOM_WORDS) == set(Room)
    assert set(DETAIL_WORDS) < set(Detail)
    everything = [*EVENT_WORDS.values(), *PLACE_WORDS.values(), *DETAIL_WORDS.values()]
    everything += [part for words in ROOM_WORDS.values() for part in (words.title, words.meaning)]
    assert not [text for text in everything if re.search(r"victim|case load|sufferer|_", text, re.I)]


def test_tables_without_scripts_equal_the_log(result: Path, page: str) -> None:
    made = small()
    for name, column in (("baseline", 0), ("priority_need", 2)):
        counts = counted(made.logs[name], made.rows, 4838.0 + 365)
        table = page.split("People in each room on 31 March 2028")[1].split("</table>")[0]
        for room, words in ROOM_WORDS.items():
            cells = re.search(rf">{re.escape(words.title)}</th>(.*?)</tr>", table)
            assert cells is not None
            shown = re.findall(r"<td>([\d,]+)</td>", cells[1])[column]
            assert int(shown.replace(",", "")) == counts.get(room.name.lower(), 0)


# ------------------------------------------------------------------------------------------------- refusals
def test_a_result_without_events_says_how_to_make_one(tmp_path: Path) -> None:
    bare = write_player_result(tmp_path / "bare", events=False)
    with pytest.raises(SimError) as refused:
        write(bare)
    assert str(refused.value) == (
        f"{bare} holds no events, so nobody's way can be played. Make a result that keeps them with: "
        "cliffedge compare experiment.seed=7 --events"
    )
    assert not (bare / "player.html").exists()


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice(people=0), "--people 0; allowed: 1 to 50000; nearest: 1"),
        (Choice(people=60_000), "--people 60000; allowed: 1 to 50000; nearest: 50000"),
        (Choice(scenarios=("priority_ned",)), "nearest: priority_need"),
        (Choice(scenarios=("baseline",)), "it needs the baseline and an option"),
        (
            Choice(first=date(2027, 2, 1), last=date(2027, 1, 1)),
            "--from 2027-02-01 --to 2027-01-01: the window ends before it begins; nearest: "
            "--from 2027-01-01 --to 2027-02-01",
        ),
        (Choice(first=date(2040, 1, 1)), "nobody is referred in that window; allowed in"),
    ],
)
def test_impossible_choices_are_refused_in_words(
    result: Path, tmp_path: Path, choice: Choice, said: str
) -> None:
    with pytest.raises(SimError, match=re.escape(said)):
        write(result, choice, tmp_path / "player.html")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_a_message(result: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SimError, match="Could not write the player"):
        write(result, Choice(people=5), tmp_path / "file" / "player.html")


def test_the_verb_writes_the_file_and_says_what_is_in_it(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "class.html"
    words = ["player", str(result), "--people", "12", "--from", "2026-01-01", "--scenario", "priority_need"]
    monkeypatch.setattr(sys, "argv", ["cliffedge", *words, "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    said = capsys.readouterr().out
    assert f"The player: {out} (" in said
    assert "12 people (a sample of " in said
    assert "under 2 rules" in said
    assert unpacked(out.read_text(encoding="utf-8"))[0]["people"] == 12


def test_a_date_that_is_none_is_refused(
    result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cliffedge", "player", str(result), "--from", "1 April"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "--from '1 April'; allowed: a date as year-month-day" in capsys.readouterr().err
