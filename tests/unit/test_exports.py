"""Exports: the log as CSV, the rows that vidigi reads, the spreadsheet; and no cell that runs."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import yaml

from sim.engine.log import Detail, Event
from sim.errors import SimError
from sim.experiment.store import Result
from sim.experiment.store import load as open_result
from sim.present import exports, exports_xlsx
from sim.present.player_data import steps_of
from sim.present.player_words import ROOM_WORDS, Room
from tests.player_result import SHOWN, small, write_player_result
from tests.stored_result import write_result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_player_result(tmp_path_factory.mktemp("results") / "small")


def _read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_is_the_log_word_for_word(result: Path, tmp_path: Path) -> None:
    (path,) = exports.export(result, events="csv", out=tmp_path)
    rows = _read(path)
    assert tuple(rows[0]) == exports.LOG_COLUMNS
    for name in SHOWN:
        log, own = small().logs[name], [row for row in rows if row["scenario"] == name]
        assert len(own) == len(log.time)
        assert [float(row["time"]) for row in own] == log.time.tolist()
        assert [row["event"] for row in own] == [Event(code).name.lower() for code in log.event]
        services = ["lifeline", "reach_in"]
        for row, code in zip(own, log.detail.tolist(), strict=True):
            if code in set(Detail):
                assert row["detail"] == ("" if code == 0 else Detail(code).name.lower()) or (
                    code == Detail.SERVICE_BASE and row["detail"] == services[0]
                )
            elif code - Detail.SERVICE_BASE < len(services):
                assert row["detail"] == services[code - Detail.SERVICE_BASE]


def test_what_vidigi_reads_says_where_everybody_is_at_any_moment(result: Path, tmp_path: Path) -> None:
    """Replayed by vidigi's own rule (the last row of an entity that has arrived and not departed)."""
    made = exports.export(result, events="vidigi", out=tmp_path)
    assert [path.name for path in made] == [f"vidigi-{name}.csv" for name in SHOWN]
    log = small().logs["priority_need"]
    rows = _read(tmp_path / "vidigi-priority_need.csv")
    assert tuple(rows[0]) == exports.VIDIGI_COLUMNS
    kinds = {"arrival_departure", "queue", "resource_use", "resource_use_end"}
    assert {row["event_type"] for row in rows} == kinds
    times = [float(row["time"]) for row in rows]
    assert times == sorted(times)
    everybody = np.unique(log.person)
    steps = steps_of(log, everybody, 0)
    ends = {int(Room.LEFT), int(Room.NOT_FOLLOWED), int(Room.NOT_YET)}
    for day in np.random.default_rng(20261122).integers(400, 6500, 10).tolist():
        where: dict[str, str] = {}
        for row in rows:
            if float(row["time"]) > day:
                break
            if row["event"] == "depart":
                where.pop(row["entity_id"], None)  # who declines departs on arrival
            elif row["event_type"] in ("queue", "resource_use"):
                where[row["entity_id"]] = row["event"]
        shown = Counter(where.values())
        counts = steps.counts(day * 24)
        for room, words in ROOM_WORDS.items():
            title = {Room.SUPPORT_BED: "safehouse place", Room.BRIDGING: "bridging home"}.get(
                room, words.title
            )
            if int(room) not in ends:
                assert shown[title] == counts[room], (day, title)


def test_a_place_is_never_held_by_two_and_every_use_ends_where_it_began(result: Path, tmp_path: Path) -> None:
    exports.export(result, events="vidigi", out=tmp_path)
    holder: dict[tuple[str, str], str] = {}
    most, used = 0, 0
    arrived: dict[str, int] = defaultdict(int)
    for row in _read(tmp_path / "vidigi-baseline.csv"):
        arrived[row["entity_id"]] += row["event"] == "arrival"
        kind = row["event"].removeprefix("leaves ")
        if row["event_type"] == "resource_use":
            assert (kind, row["resource_id"]) not in holder
            holder[kind, row["resource_id"]] = row["entity_id"]
            most, used = max(most, len(holder)), used + 1
        elif row["event_type"] == "resource_use_end":
            assert holder.pop((kind, row["resource_id"])) == row["entity_id"]
        else:
            assert row["resource_id"] == ""
    assert set(arrived.values()) == {1}
    assert used > most > 1
    beds = {int(number) for _, number in holder}
    assert all(number <= most for number in beds), "a place of a higher number than were ever held at once"


def test_a_result_without_events_names_the_command_that_keeps_them(tmp_path: Path) -> None:
    bare = write_player_result(tmp_path / "bare", events=False)
    for kind in exports.EVENT_KINDS:
        with pytest.raises(SimError, match=re.escape("cliffedge compare experiment.seed=7 --events")):
            exports.export(bare, events=kind, out=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_kind_is_refused_with_the_nearest(result: Path) -> None:
    with pytest.raises(SimError, match="--events 'vidgi'; allowed: csv, vidigi; nearest: vidigi"):
        exports.export(result, events="vidgi")
    with pytest.raises(SimError, match="--outcomes 'xls'; allowed: xlsx; nearest: xlsx"):
        exports.export(result, outcomes="xls")
    with pytest.raises(SimError, match="Nothing to export"):
        exports.export(result)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A result whose texts would run in a spreadsheet, if they could."""
    folder = write_result(tmp_path_factory.mktemp("results") / "hostile", replications=2)
    about = yaml.safe_load((folder / "scenarios.yaml").read_text())
    about["scenarios"][1] |= {"titles": ['=HYPERLINK("http://example.org")'], "why": ["+1", "@SUM(1)"]}
    about["scenarios"][2] |= {"titles": ["-2+3"], "sources": ["=cmd|' /C calc'!A0", "bell \x07"]}
    made = open_result(folder)
    made.__dict__["_about"] = about
    made.manifest["title"] = "=1+1"
    made.manifest["command"] += " people.arrivals.multiplier=0.5"
    return made


def test_the_spreadsheet_is_tidy_and_its_differences_are_those_of_the_comparison(
    hostile: Result, tmp_path: Path
) -> None:
    from sim.experiment.compare import compare

    book = openpyxl.load_workbook(exports_xlsx.write_workbook(hostile, tmp_path / "o.xlsx"))
    assert book.sheetnames == ["Read me", "Differences", "Outcomes", "Metrics", "Scenarios", "Sources"]
    cover = " ".join(str(cell.value) for row in book["Read me"].iter_rows() for cell in row if cell.value)
    for told in (
        "synthetic",
        "pounds of 2024-25",
        "multiple of the record: 0.5",
        "cliffedge compare experiment.seed=7",
    ):
        assert told in cover
    outcomes = list(book["Outcomes"].iter_rows(values_only=True))
    assert outcomes[0] == tuple(hostile.outcomes.columns)
    assert len(outcomes) == len(hostile.outcomes) + 1
    value = outcomes[0].index("value")
    stored = hostile.outcomes["value"].tolist()
    shown = [row[value] for row in outcomes[1:]]
    for one, other in zip(stored, shown, strict=True):
        assert other is None if np.isnan(one) else other == pytest.approx(one, rel=1e-14)
    head, *rows = book["Differences"].iter_rows(values_only=True)
    told = {(row[head.index("metric")], row[head.index("group")], row[0]): row for row in rows}
    for each in compare(hostile).differences:
        row = told[each.metric, each.group, each.title]
        for name, expected in (("difference", each.mean), ("95% interval low", each.low)):
            found = row[head.index(name)]
            assert (
                found is None if expected is None or np.isnan(expected) else found == pytest.approx(expected)
            )
    sheet = book["Differences"]
    numbers = (
        row for row in sheet.iter_rows(min_row=2) if row[6].data_type == "n" and row[6].value is not None
    )
    looks = {(row[3].value, row[6].number_format) for row in numbers}
    assert {("days", "#,##0.0"), ("share", "0.000")} <= looks
    assert len(looks) == len({unit for unit, _ in looks}), "one unit, two looks"
    assert ("Sex: female", "sex=female") in {(row[2], row[15]) for row in rows}
    assert not any("_" in row[1] for row in rows), "a measure told by its name in the program"
    rules = {row[4] for row in book["Scenarios"].iter_rows(min_row=2, values_only=True)}
    assert not any("." in rule and " " not in rule for rule in rules)
    for name in ("Differences", "Outcomes", "Metrics", "Scenarios", "Sources"):
        assert book[name].freeze_panes == "A2"
        assert len({len(row) for row in book[name].iter_rows(values_only=True)}) == 1


def test_no_cell_runs_whatever_its_text_begins_with(hostile: Result, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(exports_xlsx.write_workbook(hostile, tmp_path / "o.xlsx"))
    kinds = Counter(cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row)
    assert kinds["f"] == 0
    assert book["Read me"]["B2"].value == "=1+1"
    texts = [cell for row in book["Scenarios"].iter_rows() for cell in row if isinstance(cell.value, str)]
    starting = [cell for cell in texts if cell.value.startswith(exports.RUNS)]
    assert {cell.value for cell in starting} >= {'=HYPERLINK("http://example.org")', "-2+3"}
    assert all(cell.quotePrefix for cell in starting)
    assert any("bell " in cell.value for cell in texts)


def test_no_text_runs_in_a_csv_file() -> None:
    assert [exports.harmless(text) for text in ("=1", "+1", "-1", "@a", "\t=1", "a=1", "")] == [
        *("'=1", "'+1", "'-1", "'@a", "'\t=1"),
        *("a=1", ""),
    ]
    rows = exports.vidigi_rows(small().logs["baseline"], "=cmd()")
    assert {row[1] for row in rows} == {"'=cmd()"}
