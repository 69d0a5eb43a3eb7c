"""What is stored, what readers get, what they refuse, and the arithmetic of paired differences."""

import json
import math
from pathlib import Path

import pytest

from sim.errors import SimError
from sim.experiment import runner, store
from sim.experiment.compare import _band, compare, interval
from sim.experiment.disk import only_writer
from sim.experiment.parts import Part, Parts
from sim.experiment.plan import part_key
from tests.fake_engine import METRICS, SEED, FakeModel, make_plan


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole result: baseline and two options, three replications, a band of one entry."""
    plan = make_plan(replications=3, effects={"option": 1.0, "nothing": 0.0}, keep_events=True)
    return runner.run(plan, FakeModel(), tmp_path_factory.mktemp("results"))


@pytest.fixture
def own(stored: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    import shutil

    return Path(shutil.copytree(stored, tmp_path / stored.name))


def test_a_result_holds_every_file_and_its_manifest_says_what_made_it(stored: Path) -> None:
    assert {path.name for path in stored.iterdir()} == {
        "manifest.json",
        "config.yaml",
        "scenarios.yaml",
        "outcomes.parquet",
        "people.parquet",
        "curves.parquet",
        "calendar.parquet",
        "stations.parquet",
        "events.parquet",
    }
    manifest = json.loads((stored / "manifest.json").read_text())
    assert manifest["schema_version"] == 2
    assert manifest["complete"] is True
    assert manifest["run_id"] == stored.name
    assert (manifest["config_hash"], manifest["source_hash"], manifest["seed"]) == ("config", "source", SEED)
    assert len(manifest["runs"]) == (3 + 2) * 3
    assert manifest["events_per_person"] == 1.0
    assert manifest["peak_memory_mib"] > 1
    assert set(manifest["versions"]) == {"cliffedge", "python", "numpy"}


def test_nothing_but_the_result_is_left_beside_it(stored: Path) -> None:
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_tables_have_their_columns_in_the_order_of_the_plan(stored: Path) -> None:
    result = store.load(stored)
    assert list(result.outcomes.columns) == [
        "world", "replication", "scenario", "metric", "group", "value", "unit", "better", "family", "n",
    ]  # fmt: skip
    assert list(result.people.columns) == ["replication", "scenario", "row", "t0", "in_support"]
    assert list(result.curves.columns) == [
        "world", "replication", "scenario", "curve", "x", "category", "value",
    ]  # fmt: skip
    assert list(result.calendar.columns) == [
        "world", "replication", "scenario", "series", "period", "value",
    ]  # fmt: skip
    order = result.outcomes[["world", "replication", "scenario"]].astype(str).drop_duplicates()
    assert [tuple(row) for row in order.itertuples(index=False)] == [
        (world, str(replication), scenario)
        for world, count in (("central", 3), ("stay:low", 1), ("stay:high", 1))
        for replication in range(count)
        for scenario in ("baseline", "option", "nothing")
    ]
    unmeasured = result.outcomes[result.outcomes["metric"] == "never_measured"]
    assert unmeasured["value"].isna().all()
    assert set(unmeasured["n"]) == {3}


def test_events_are_kept_with_their_names(stored: Path) -> None:
    events = store.load(stored).events
    assert len(events) == 3 * 3 * 12
    assert set(events["event"].astype(str)) == {"cg_positive"}
    assert set(events["place"].astype(str)) == {"safehouse"}


def test_asking_for_events_that_were_not_kept_says_how_to_keep_them(tmp_path: Path) -> None:
    result = store.load(runner.run(make_plan(replications=1, band_replications=0), FakeModel(), tmp_path))
    with pytest.raises(SimError, match=r"keep_events=true"):
        _ = result.events


def test_stories_and_worlds_are_stored_with_their_changes(stored: Path) -> None:
    result = store.load(stored)
    assert result.names == ["baseline", "option", "nothing"]
    assert result.options == ["option", "nothing"]
    assert result.scenarios[1]["changes"] == {"support.floor.bed_days": {"before": 0, "after": 1.0}}
    assert result.worlds[1]["settings"] == {"support.stay": 72}
    assert result.config == {"experiment": {"seed": SEED}}


# ---------------------------------------------------------------- what is refused
def test_a_folder_without_a_manifest_is_never_a_result(own: Path) -> None:
    (own / "manifest.json").unlink()
    with pytest.raises(SimError, match=r"never finished.*same command again"):
        store.load(own)
    assert not store.is_whole(own)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimError, match=r"There is no result at .*nowhere"):
        store.load(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"complete": true}', "\x00"])
def test_a_damaged_manifest_is_named(own: Path, text: str) -> None:
    (own / "manifest.json").write_text(text)
    with pytest.raises(SimError, match=r"manifest\.json is missing or damaged"):
        store.load(own)


def test_another_schema_version_is_refused_with_both_numbers(own: Path) -> None:
    manifest = json.loads((own / "manifest.json").read_text())
    (own / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 7}))
    with pytest.raises(SimError, match=r"manifest\.json: schema_version 7; .* reads 1 and 2\."):
        store.load(own)


def test_a_result_of_version_1_is_read_without_stations(own: Path) -> None:
    manifest = json.loads((own / "manifest.json").read_text())
    del manifest["files"]["stations.parquet"]
    (own / "stations.parquet").unlink()
    with pytest.raises(SimError, match=r"stations\.parquet is missing"):
        store.load(own)
    (own / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 1}))
    result = store.load(own)
    result.verify()
    assert len(result.calendar)


def test_stations_are_stored_with_the_run_they_are_of(stored: Path) -> None:
    table = store.load(stored).stations
    assert list(table.columns[:5]) == ["world", "replication", "scenario", "station", "answer"]
    assert set(table["station"]) == {"beds"}
    assert (table["load"] == 0.5).all()
    assert table["waiting"].isna().all()
    assert len(table) == len(table[["world", "replication", "scenario"]].drop_duplicates())


def test_a_manifest_that_is_not_complete_is_refused(own: Path) -> None:
    manifest = json.loads((own / "manifest.json").read_text())
    (own / "manifest.json").write_text(json.dumps({**manifest, "complete": False}))
    with pytest.raises(SimError, match="not complete"):
        store.load(own)


@pytest.mark.parametrize("table", ["outcomes", "people", "curves", "calendar"])
def test_a_table_with_one_wrong_byte_is_refused_by_name(own: Path, table: str) -> None:
    path = own / f"{table}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x01
    path.write_bytes(content)
    with pytest.raises(SimError, match=rf"{table}\.parquet is missing or damaged.*again"):
        getattr(store.load(own), table)
    assert not store.is_whole(own)


def test_a_missing_table_is_refused_by_name(own: Path) -> None:
    (own / "curves.parquet").unlink()
    with pytest.raises(SimError, match=r"curves\.parquet is missing"):
        store.load(own)


def test_the_latest_result_is_the_one_made_last(own: Path) -> None:
    older = json.loads((own / "manifest.json").read_text())
    newer = own.with_name("fedcba654321")
    own.rename(newer)
    (newer / "manifest.json").write_text(json.dumps({**older, "created": "2999-01-01T00:00:00+00:00"}))
    runner.run(make_plan(replications=1), FakeModel(), newer.parent)
    assert store.latest(newer.parent).path == newer
    with pytest.raises(SimError, match="cliffedge compare"):
        store.latest(newer.parent / "empty")


# ---------------------------------------------------------------- parts and locks
def test_a_part_is_read_only_under_its_own_address(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    key = part_key("central", 0, "baseline", "config", "source", 1)
    parts.write(key, Part([{"metric": "m"}], {}, {}, []))
    read = parts.read(key)
    assert read is not None
    assert read.rows == [{"metric": "m"}]
    parts.path(key).rename(parts.path("another"))
    assert parts.read("another") is None
    assert parts.read(key) is None


@pytest.mark.parametrize(
    "changed",
    [("world", 0, "s", "c"), ("central", 1, "s", "c"), ("central", 0, "t", "c"), ("central", 0, "s", "d")],
)
def test_the_address_of_a_part_changes_with_everything_that_made_it(
    changed: tuple[str, int, str, str],
) -> None:
    assert part_key(*changed) != part_key("central", 0, "s", "c")


def test_the_address_of_a_part_is_a_file_name_whatever_the_scenario_is_called(tmp_path: Path) -> None:
    key = part_key("stay:low", 0, "+".join(["../a b/ç"] * 60))
    Parts(tmp_path).write(key, Part([], {}, {}, []))
    assert [path.name for path in tmp_path.iterdir()] == [f"{key}.part"]


def test_two_commands_cannot_write_the_same_run_but_two_runs_can_be_written(tmp_path: Path) -> None:
    with only_writer(tmp_path, "a"):
        with pytest.raises(SimError, match=r"Another command is writing this very run \(a\).*--out"):
            only_writer(tmp_path, "a").__enter__()
        with only_writer(tmp_path, "b"):
            pass
    with only_writer(tmp_path, "a"):
        pass
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- comparing
def test_differences_are_paired_by_replication(stored: Path) -> None:
    result = store.load(stored)
    difference = compare(result).of("option", METRICS[0])
    table = result.outcomes
    rows = table[(table["world"] == "central") & (table["metric"] == METRICS[0]) & (table["group"] == "all")]
    level = {(row.scenario, row.replication): row.value for row in rows.itertuples()}
    by_hand = [level["option", r] - level["baseline", r] for r in range(3)]
    assert difference.per_replication == tuple(by_hand)
    assert difference.mean == pytest.approx(sum(by_hand) / 3)
    spread = math.sqrt(sum((each - sum(by_hand) / 3) ** 2 for each in by_hand) / 2 / 3)
    assert difference.low == pytest.approx(sum(by_hand) / 3 - 4.302652729911275 * spread)  # t, 2 degrees
    assert difference.high == pytest.approx(sum(by_hand) / 3 + 4.302652729911275 * spread)


def test_a_scenario_that_changes_nothing_differs_by_exactly_nothing(stored: Path) -> None:
    found = compare(store.load(stored)).headline("nothing")
    assert [each.metric for each in found] == list(METRICS)
    for each in found:
        assert each.exactly_zero
        assert (each.mean, each.low, each.high, each.band_range) == (0.0, 0.0, 0.0, (0.0, 0.0))
        assert not each.beyond_chance


def test_the_band_is_centred_on_the_reported_difference_by_matched_replications(stored: Path) -> None:
    result = store.load(stored)
    comparison = compare(result)
    difference = comparison.of("option", METRICS[0])
    (row,) = difference.band
    assert (row.entry, row.title, row.replications) == ("stay", "Mean stay", 1)
    assert (row.low_setting, row.high_setting) == ({"support.stay": 72}, {"support.stay": 230})
    assert row.central == difference.per_replication[0]
    assert difference.mean is not None
    assert difference.mean != row.central, "otherwise this test cannot tell"
    table = result.outcomes
    at_low = table[
        (table["world"] == "stay:low") & (table["metric"] == METRICS[0]) & (table["group"] == "all")
    ]
    values = dict(zip(at_low["scenario"].astype(str), at_low["value"], strict=True))
    move = values["option"] - values["baseline"] - difference.per_replication[0]
    assert row.at_low == pytest.approx(difference.mean + move)
    assert comparison.of("option", METRICS[0], "sex=female").band == ()
    assert (comparison.replications, comparison.band_replications) == (3, 1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ([-5.0], [2.0], (False, True)),  # one run: it could turn, no more can be said
        ([-5.0, -5.1, -4.9], [2.0, 2.1, 1.9], (True, False)),
        ([-5.0, 4.0, -9.0], [2.0, -6.0, 8.0], (False, True)),  # too much chance between low and high
        ([-5.0, -5.1, -4.9], [-1.0, -1.1, -0.9], (False, False)),  # beyond chance, but the same direction
        ([-5.0, -5.0, -5.0], [9.0, -2.0, -3.4], (False, True)),  # the end itself is not beyond chance
    ],
)
def test_the_direction_turns_only_beyond_chance(
    low: list[float], high: list[float], expected: tuple[bool, bool]
) -> None:
    central = {0: -3.0, 1: -3.0, 2: -3.0, 3: -3.0}
    levels = {("w:low", "option", "m", "all"): dict(enumerate(low))}
    levels[("w:high", "option", "m", "all")] = dict(enumerate(high))
    for side in ("low", "high"):
        levels[(f"w:{side}", "baseline", "m", "all")] = {0: 0.0, 1: 0.0, 2: 0.0}
    sides = {side: {"name": f"w:{side}", "title": "W", "settings": {}} for side in ("low", "high")}
    (row,) = _band(levels, {"w": sides}, "option", "m", "all", central)
    assert (row.turns, row.could_turn) == expected
    assert row.replications == len(low)


def test_what_was_never_measured_has_no_difference(stored: Path) -> None:
    each = compare(store.load(stored)).of("option", "never_measured")
    assert (each.mean, each.low, each.replications, each.baseline) == (None, None, 0, None)


def test_one_replication_has_no_interval(tmp_path: Path) -> None:
    plan = make_plan(replications=1, band_replications=0)
    each = compare(store.load(runner.run(plan, FakeModel(), tmp_path))).of("option", METRICS[0])
    assert (each.replications, each.low, each.high, each.band_range) == (1, None, None, None)
    assert interval([3.0]) is None


def test_a_misspelt_metric_is_answered_with_the_nearest(stored: Path) -> None:
    with pytest.raises(SimError, match=r"metric 'insecure_day_year_1'; .*nearest: 'insecure_days_year_1'"):
        compare(store.load(stored)).of("option", "insecure_day_year_1")
