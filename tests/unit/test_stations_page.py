"""Stations beside theory on the page: what is said of full ones, and silence where a result keeps none."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.result import fingerprint
from sim.present import page, read, stations
from sim.validate.twins import Answer, Twin
from tests.stored_result import write_result

TWINS = {
    "baseline": [
        Twin("conclusive grounds", Answer.FLUID, load=1.25, waiting=900.0, waiting_expected=890.0,
             growth_per_year=480.0, growth_expected=500.0, little_number=900.0, little_residual=0.9),
        Twin("safehouse beds", Answer.ERLANG, places=450.0, load=0.8, number=360.0, number_expected=361.0,
             waiting=0.2, waiting_expected=0.1, little_number=360.0, little_residual=-0.1),
        Twin("service: legal_advice", Answer.ERLANG, places=700.0, load=1.7, number=700.0,
             number_expected=700.0, waiting=450.0, waiting_expected=470.0, growth_expected=0.0),
        Twin("bridging homes", Answer.NONE, "nobody asks for it"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def with_stations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_result(tmp_path_factory.mktemp("results") / "0123456789ab")
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = []
    for scenario in manifest["scenarios"]:
        for number in range(2):
            for twin in TWINS["baseline"]:
                told = asdict(twin)
                if scenario != "baseline" and twin.station == "safehouse beds":
                    told |= {"load": 1.1, "waiting": 40.0, "waiting_expected": 41.0, "growth_expected": 0.0}
                rows.append({"world": "central", "replication": number, "scenario": scenario, **told})
    pd.DataFrame(rows).to_parquet(folder / "stations.parquet")
    manifest["files"]["stations.parquet"] = fingerprint(folder / "stations.parquet")
    (folder / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 2}))
    return folder


def test_full_stations_are_said_to_be_growing_or_kept_by_giving_up(with_stations: Path) -> None:
    section = stations.stations_section(read.load(with_stations))
    assert section is not None
    today = [text for text in section["sentences"] if text.startswith("Under today's rules: ")]
    assert today == [
        "Under today's rules: Conclusive grounds: more people come than can be served (load 1.25). The line "
        "is growing by 500 a year.",
        "Under today's rules: Legal advice: more people come than can be served (load 1.70). The line "
        "stays at about 470 because people give up.",
    ]
    others = [text for text in section["sentences"] if text not in today]
    assert len(others) == len(read.load(with_stations).options)
    assert all("Safehouse beds" in text and "about 41" in text for text in others)
    assert "0.1% of the people there" in section["little"]


def test_the_table_has_a_row_a_station_and_the_reason_where_theory_is_silent(with_stations: Path) -> None:
    rows = stations.rows(read.load(with_stations))
    assert all(len(row) == len(stations.HEAD) for row in rows)
    by_name = {row[0]: row for row in rows}
    assert by_name["Safehouse beds"][2:] == ("0.80", "360", "361", "0.2", "0.1")
    assert by_name["Bridging homes"][1:] == ("No theory: nobody asks for it.", "–", "–", "–", "–", "–")


def test_the_page_shows_stations_only_where_they_are_kept(with_stations: Path, tmp_path: Path) -> None:
    html = page.render(read.load(with_stations))
    assert html.count('href="#stations-heading"') == html.count('id="stations-heading"') == 1
    assert "Legal advice" in html
    earlier = read.load(write_result(tmp_path / "0123456789ab"))
    assert stations.rows(earlier) == ()
    assert "stations-heading" not in page.render(earlier)
