"""Thirty people press Run at once, over HTTP on the loopback: nobody is turned away, nothing runs twice."""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from sim.app import server
from sim.app.jobs import Desk
from sim.app.store import DONE, OPEN

PEOPLE = 30
OPTIONS = (
    "priority_need",
    "local_connection_exempt",
    "bridging_homes",
    "lifeline_for_everyone",
    "extended_support_90",
)
WORLD = (
    "people.arrivals.multiplier=0.01",
    "experiment.cohort_months=3",
    'experiment.horizon="2029-07-01"',
)
ROUNDS = (
    ("experiment.replications=1", "experiment.band_replications=0", "experiment.coupling_replications=0"),
)
PATIENCE = 800.0  # [s]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Desk]]:
    """A server on the loopback with two workers; its port and its desk."""
    import uvicorn

    app = server.build(tmp_path_factory.mktemp("crowd"), workers=2, rounds=ROUNDS, ahead=None)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=uvicorn_server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not uvicorn_server.started:
        assert time.monotonic() < until
        time.sleep(0.05)
    yield uvicorn_server.servers[0].sockets[0].getsockname()[1], app.state.desk
    uvicorn_server.should_exit = True
    thread.join(15)


def ask(port: int, method: str, path: str, form: str = "") -> tuple[int, str, str]:
    """One request over a connection of its own: status, where it leads, what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request(method, path, form or None, headers)
        response = connection.getresponse()
        return response.status, response.getheader("location") or "", response.read().decode()
    finally:
        connection.close()


@pytest.mark.deep
def test_thirty_people_press_run_at_once(running: tuple[int, Desk]) -> None:
    port, desk = running
    together = threading.Barrier(PEOPLE)
    heard: list[float] = []
    over = threading.Event()

    def person(number: int) -> tuple[int, str]:
        form = urlencode({"option": OPTIONS[number % len(OPTIONS)], "other": "\n".join(WORLD)})
        together.wait(60)
        status, address, _ = ask(port, "POST", "/run", form)
        until = time.monotonic() + PATIENCE
        (job,) = re.findall(r'data-job="([0-9a-f]{12})"', ask(port, "GET", address)[2])
        while time.monotonic() < until:
            if json.loads(ask(port, "GET", f"/status?id={job}")[2])["state"] not in OPEN:
                return status, ask(port, "GET", address)[2]
            time.sleep(1)
        return status, ""

    def somebody_else() -> None:
        while not over.is_set():
            began = time.monotonic()
            assert ask(port, "GET", "/")[0] == 200
            heard.append(time.monotonic() - began)
            time.sleep(0.1)

    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        other = pool.submit(somebody_else)
        told = list(pool.map(person, range(PEOPLE)))
        over.set()
        other.result()
    assert [status for status, _ in told] == [303] * PEOPLE
    assert all("Finished." in page for _, page in told), "somebody got no answer"
    jobs = list(desk.jobs.values())
    assert len(jobs) == len(OPTIONS), "equal requests are one job"
    assert [job.state for job in jobs] == [DONE] * len(OPTIONS)
    manifests = [json.loads(file.read_text()) for file in desk.shelf.root.glob("*/manifest.json")]
    assert sorted(one["run_id"] for one in manifests) == sorted(job.rounds[0] for job in jobs)
    assert len(heard) >= 5
    print(f"\nthe start page meanwhile: {len(heard)} times, longest {max(heard):.2f} s")
