"""Times that pages tell: measured on this computer, kept over a restart, not told where none was measured."""

import re
import time
from pathlib import Path

import pytest

from sim.app import server, words
from sim.app.hands import Work
from sim.app.pace import KEPT, Pace
from sim.app.store import RUNNING, Job
from tests.asgi_client import Client
from tests.stored_result import write_result

STORED = "abcdef123456"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A server that starts no worker, with one stored result whose pages are not written yet."""
    write_result(tmp_path / STORED)
    return Client(server.build(tmp_path, ("testserver",), workers=1))


def test_the_middle_of_the_latest_times_is_kept_over_a_restart(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")
    assert pace.of("report") is None
    for seconds in (900.0, *range(KEPT)):
        pace.note("report", seconds)
    pace.note("unit", 3.0)
    again = Pace(tmp_path / "pace.json")
    assert again.of("report") == pace.of("report") == KEPT // 2
    assert again.of("unit") is None
    assert again.of("page") is None


@pytest.mark.parametrize("damaged", ["", "[1, 2]", '{"page": "x"}', '{"page": [[1]]}', '{"page": 3}'])
def test_a_damaged_file_holds_no_times(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "pace.json").write_text(damaged, encoding="utf-8")
    assert Pace(tmp_path / "pace.json").of("page") is None


@pytest.mark.parametrize("name", ["report", "comparison"])
def test_a_page_that_is_being_written_tells_a_time_only_once_one_was_measured(
    client: Client, name: str
) -> None:
    address = f"/result/{STORED}/{name}"
    assert "not known yet" in client.get(address).text
    assert not re.search(r"\d+ (seconds|minutes)", client.get(address).text)
    client.app.state.desk.pace.note("report" if name == "report" else "page", 41.0)  # type: ignore[attr-defined]
    assert "That took about 40 seconds here before." in client.get(address).text


def test_a_start_and_a_first_answer_tell_what_was_measured_here(client: Client, tmp_path: Path) -> None:
    pace: Pace = client.app.state.desk.pace  # type: ignore[attr-defined]
    assert "not known yet" in client.get("/").text
    assert "not known yet" in words.first_takes(pace, with_today=False)
    pace.note("prepare", 70.0)
    pace.note("first", 7.0)
    assert "the last starts took about 70 seconds here" in client.get("/").text
    assert words.first_takes(pace, with_today=False) == "The last first answers took about 7 seconds here."
    assert "not known yet" in words.first_takes(pace, with_today=True)


def test_the_rest_of_a_round_is_reckoned_from_its_own_steps(client: Client) -> None:
    desk = client.app.state.desk  # type: ignore[attr-defined]
    job = Job("0" * 12, "option=a", "A", (), "", RUNNING, done=1, total=9)
    desk.jobs[job.id] = job
    assert desk.left(job) == ""
    desk._work[job.id] = Work(planned=True, began=time.time() - 60.0)
    assert desk.left(job) == ""
    job.done = 3
    assert client.get("/status", params={"id": job.id}).json()["words"] == (
        "Running the first answer: 3 of 9 steps done, about 2 minutes left at this pace."
    )
    job.done = 9
    assert desk.left(job) == ""
