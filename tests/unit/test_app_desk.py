"""The desk of the web app with real workers on a small world: rounds, one run for equal requests, restart.

One server serves the whole file; the world is a hundredth of the people on record.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.app import server
from sim.app.jobs import Desk
from sim.app.store import CANCELLED, DONE, OPEN, RESTING, WAITING, Shelf
from sim.experiment import store
from sim.experiment.plan import of_compare
from tests.asgi_client import Client

WORLD = (
    "people.arrivals.multiplier=0.01",
    "experiment.cohort_months=3",
    'experiment.horizon="2029-07-01"',
)
ROUNDS = (
    ("experiment.replications=1", "experiment.band_replications=0", "experiment.coupling_replications=0"),
    ("experiment.replications=2", "experiment.band_replications=0", "experiment.coupling_replications=0"),
)
CHOICE = {"option": "priority_need", "other": "\n".join(WORLD)}
PATIENCE = 500.0  # a kernel may have to be compiled first [s]


def build(root: Path) -> Client:
    app = server.build(root, ("testserver",), workers=1, rounds=ROUNDS, ahead=None)
    return Client(app, follow_redirects=True)


def wait_until(client: Client, job_id: str, states: tuple[str, ...]) -> str:
    """Look as the page does until the job is in one of these states."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state = client.get("/status", params={"id": job_id}).json()["state"]
        if state in states:
            return str(state)
        time.sleep(0.05)
    raise AssertionError(f"{job_id} is still {state}: {client.app.state.desk.jobs[job_id]}")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with build(tmp_path_factory.mktemp("app")) as client:
        yield client


def desk_of(client: Client) -> Desk:
    desk: Desk = client.app.state.desk  # type: ignore[attr-defined]
    return desk


def test_a_request_is_answered_round_by_round_with_the_result_of_the_command_line(client: Client) -> None:
    page = client.post("/run", data=CHOICE)
    desk = desk_of(client)
    (job,) = desk.jobs.values()
    assert str(page.url).endswith(f"/answer?{job.query}")
    assert wait_until(client, job.id, (DONE, "failed")) == DONE, job.error
    options = "experiment.options=[priority_need]"
    assert job.rounds == [of_compare([*WORLD, options, *more], ()).run_id for more in ROUNDS]
    for run_id, replications in zip(job.rounds, (1, 2), strict=True):
        result = store.load(desk.shelf.root / run_id)
        result.verify()
        assert set(result.outcomes["replication"]) == set(range(replications))
        assert result.manifest["command"].startswith("cliffedge compare people.arrivals.multiplier=0.01 ")
    took = desk.pace.of("first_with_today")
    assert took is not None
    assert 0 < took < time.time() - job.arrived
    assert desk.pace.of("first") is None
    text = client.get(f"/answer?{job.query}").text
    assert "Finished." in text
    assert f"/result/{job.rounds[-1]}/comparison.html" in text
    assert "2 paired runs" in text


def test_an_equal_request_is_the_same_job_and_runs_nothing(client: Client) -> None:
    desk = desk_of(client)
    before = {job.id: (job.state, job.arrived, list(job.rounds)) for job in desk.jobs.values()}
    again = client.post("/run", data={**CHOICE, "other": "\r\n".join(f" {line} " for line in WORLD)})
    assert "Finished." in again.text
    assert {job.id: (job.state, job.arrived, list(job.rounds)) for job in desk.jobs.values()} == before


@pytest.mark.deep
def test_the_full_page_is_written_when_it_is_asked_for(client: Client) -> None:
    client.post("/run", data=CHOICE)
    job = next(job for job in desk_of(client).jobs.values() if "priority_need" in job.query)
    assert wait_until(client, job.id, (DONE, "failed")) == DONE, job.error
    until = time.monotonic() + PATIENCE
    while (response := client.get(f"/result/{job.rounds[-1]}/comparison")).status_code == 202:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert response.status_code == 200
    assert "Everyone in this model is synthetic" in response.text


def test_cancelling_stops_a_request_and_running_it_again_goes_on(client: Client) -> None:
    choice = {"option": "bridging_homes", "other": CHOICE["other"]}
    client.post("/run", data=choice)
    (job,) = (job for job in desk_of(client).jobs.values() if "bridging" in job.query)
    page = client.post("/cancel", data={"id": job.id})
    assert "Cancelled" in page.text
    assert job.state == CANCELLED
    assert "Run it again" in page.text
    time.sleep(0.5)
    assert client.get("/status", params={"id": job.id}).json()["state"] == CANCELLED
    client.post("/run", data=choice)
    assert wait_until(client, job.id, (DONE, "failed")) == DONE, job.error
    assert client.post("/cancel", data={"id": "0" * 12}).status_code == 404


@pytest.mark.deep
def test_a_worker_that_is_lost_is_replaced_and_the_request_is_answered(client: Client) -> None:
    desk = desk_of(client)
    client.post("/run", data={"option": "lifeline_for_everyone", "other": CHOICE["other"]})
    (job,) = (job for job in desk.jobs.values() if "lifeline" in job.query)
    (hand,) = desk._hands
    hand.process.kill()
    assert wait_until(client, job.id, (DONE, "failed")) == DONE, job.error
    assert desk._hands[0].process.pid != hand.process.pid


def test_a_restart_goes_on_where_the_server_was_stopped(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for option in ("priority_need", "local_connection_exempt"):
        client = Client(server.build(tmp_path, ("testserver",), 1, ROUNDS, None))
        client.post("/run", data={**CHOICE, "option": option})
    kept = {job.id: job for job in shelf.jobs()}
    assert [job.state for job in kept.values()] == [WAITING, WAITING]
    first = next(iter(kept.values()))
    first.rounds = ["0" * 12]
    shelf.keep(first)
    desk = Desk(Shelf(tmp_path), 1, ROUNDS, None)
    assert list(desk.jobs) == list(kept)
    assert [job.state for job in desk.jobs.values()] == [RESTING, WAITING]
    assert [desk.place(job) for job in desk.jobs.values()] == [0, 0]
    assert all(job.state in OPEN for job in desk.jobs.values())


def test_the_queue_gives_places_to_those_without_an_answer(tmp_path: Path) -> None:
    client = Client(server.build(tmp_path, ("testserver",), 1, ROUNDS, None))
    for option in ("priority_need", "local_connection_exempt", "bridging_homes"):
        page = client.post("/run", data={**CHOICE, "option": option})
    desk = desk_of(client)
    assert [desk.place(job) for job in desk.jobs.values()] == [0, 1, 2]
    assert "Waiting: 2 requests are answered before this one." in page.text
    desk.cancel(next(iter(desk.jobs)))
    assert "Waiting: 1 request is answered before this one." in client.get(str(page.url)).text
