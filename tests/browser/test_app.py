"""The web app in a browser: whole journeys, with and without a script, by keyboard, narrow, for all readers.

One server on the loopback serves the whole file. Every test asserts that no request left it.
"""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sim.app import server
from tests.stored_result import write_result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STORED = "abcdef123456"
AXE = Path(__file__).with_name("axe") / "axe.min.js"
WORLD = (
    "people.arrivals.multiplier=0.01",
    "experiment.cohort_months=3",
    'experiment.horizon="2029-07-01"',
)
ROUNDS = (
    ("experiment.replications=2", "experiment.band_replications=0", "experiment.coupling_replications=0"),
    ("experiment.replications=3", "experiment.band_replications=0", "experiment.coupling_replications=0"),
)
BED = "Safehouse bed guaranteed after a positive decision"
MISTAKEN = "/answer?option=nope&lever.support.floor.bed_days=many&other=experiment.workers%3D2"
PAGES = {
    "start": "/",
    "choose": "/choose?option=priority_need&lever.support.floor.bed_days=120",
    "mistakes": MISTAKEN,
    "not run": "/answer?option=bridging_homes",
    "result": f"/result/{STORED}",
    "evidence": "/evidence?q=floor",
    "runs": "/runs",
    "missing": "/nothing-here",
    "comparison": f"/result/{STORED}/comparison",
    "report": f"/result/{STORED}/report",
}
PATIENCE = 500_000  # a kernel may have to be compiled first [ms]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a small world, a made-up result, and one worker."""
    import uvicorn

    from sim.app.worker import Worker

    root = tmp_path_factory.mktemp("results")
    write_result(root / STORED)
    for task in ("answer", "draw", "page", "report"):
        getattr(Worker(root), task)(STORED)
    app = server.build(root, workers=1, rounds=ROUNDS, ahead=None)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not running.started:
        assert time.monotonic() < until
        time.sleep(0.05)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(15)
    shutil.rmtree(root, ignore_errors=True)


class Watched:
    """Notes every request and complaint of a context, and opens pages in it."""

    def __init__(self, browser: "Browser", address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(base_url=address, **options)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("console", lambda message: self.complaints.append(message.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def page(self) -> "Page":
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        return page

    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.address + "/", "data:"))]


@pytest.fixture
def watched(browser: "Browser", address: str) -> Iterator[Any]:
    """Makes contexts whose every request must go to the server."""
    made: list[Watched] = []

    def make(**options: Any) -> Watched:
        made.append(Watched(browser, address, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.requests
        assert one.outside() == []
        # Chromium notes a status of 400 or more as a failed resource; anything else is a fault of the page.
        assert [said for said in one.complaints if not said.startswith("Failed to load resource")] == []


def finish(page: "Page") -> None:
    """Wait until the answer on the page is the last one, figure and all."""
    from playwright.sync_api import expect

    expect(page.locator("#state")).to_have_text("Finished.", timeout=PATIENCE)
    expect(page.get_by_role("img")).to_be_visible(timeout=PATIENCE)


def axe(page: "Page") -> list[str]:
    """What axe-core finds, rule and place."""
    page.eval_on_selector_all("details", "found => found.forEach(each => each.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['help']}: {node['target']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_from_the_start_to_an_answer_that_is_shared_and_taken_away(watched: Any, address: str) -> None:
    reader = watched()
    page = reader.page()
    page.goto("/")
    page.get_by_role("button", name="Choose options").click()
    page.get_by_label("Priority need for confirmed survivors", exact=True).check()
    page.get_by_label("No local-connection test for survivors").check()
    page.get_by_text("Change what we assume about the world").click()
    page.get_by_label("Any other input, one a line").fill("\n".join(WORLD))
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/answer?option=*")
    finish(page)
    assert page.get_by_role("heading", level=1).inner_text() == "The answer"
    for option in ("Priority need for confirmed survivors", "No local-connection test for survivors"):
        assert page.get_by_role("heading", level=2, name=option, exact=True).count() == 1
    told = page.locator("main").inner_text()
    assert "3 paired runs" in told
    numbers = re.findall(r"result ([0-9a-f]{12})", told)

    other = watched().page()
    other.goto(page.url)
    assert other.locator("main").inner_text() == told
    other.get_by_role("link", name="exactly these numbers").click()
    assert numbers[0] in other.url
    assert "3 paired runs" in other.locator("main").inner_text()
    assert axe(other) == []

    with page.expect_download() as tables:
        page.get_by_role("link", name="Download the tables").click()
    assert tables.value.suggested_filename == f"cliffedge-{numbers[0]}-tables.zip"
    with page.expect_download() as configuration:
        page.get_by_role("link", name="Download the configuration").click()
    assert "multiplier: 0.01" in Path(configuration.value.path()).read_text("utf-8")
    page.get_by_role("link", name="The full comparison page").click()
    page.get_by_role("heading", name="The answer", exact=True).wait_for(timeout=PATIENCE)
    assert page.url.endswith("/comparison")


@pytest.mark.deep
def test_without_a_script_the_page_looks_again_by_itself(watched: Any) -> None:
    page = watched(java_script_enabled=False).page()
    page.goto("/choose")
    page.get_by_label("LifeLine for everyone who leaves support").check()
    page.get_by_text("Change what we assume about the world").click()
    page.get_by_label("Any other input, one a line").fill("\n".join(WORLD))
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/answer?option=*")
    finish(page)
    assert page.get_by_role("button", name="Cancel").count() == 0


@pytest.mark.deep
def test_a_request_can_be_cancelled_and_run_again(watched: Any) -> None:
    page = watched().page()
    page.goto(f"/answer?option=councils_ask&other={WORLD[0].replace('=', '%3D')}")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled. What was finished is kept.").wait_for()
    page.get_by_role("button", name="Run it again").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Run it again").wait_for()


def test_an_error_summary_takes_the_focus_and_leads_to_the_fields(watched: Any) -> None:
    from playwright.sync_api import expect

    page = watched().page()
    page.goto("/choose")
    page.get_by_role("button", name="Run").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.goto(MISTAKEN)
    page.get_by_role(
        "link", name="Safehouse bed guaranteed after a positive decision: enter a number"
    ).click()
    expect(page.locator("[id='lever.support.floor.bed_days']")).to_be_focused()
    assert page.get_by_label(BED).is_visible()
    assert page.get_by_label(BED).input_value() == "many"


def test_a_choice_can_be_made_and_sent_by_keyboard_alone(watched: Any) -> None:
    page = watched().page()
    page.goto("/choose")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    for _ in range(100):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        if focused == "option-priority_need":
            page.keyboard.press("Space")
        if focused == "Support and safehouses":
            page.keyboard.press("Enter")
        if focused == "lever.support.floor.bed_days":
            page.keyboard.type("none")
        if focused == "Run":
            break
    assert focused == "Run"
    assert page.evaluate("getComputedStyle(document.activeElement).backgroundColor") == "rgb(255, 221, 0)"
    page.keyboard.press("Enter")
    page.wait_for_url("**/run")
    assert page.get_by_label("Priority need for confirmed survivors", exact=True).is_checked()
    assert page.get_by_role(
        "link", name="Safehouse bed guaranteed after a positive decision: enter a number"
    ).is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(watched: Any, name: str) -> None:
    reader = watched(viewport={"width": 1280, "height": 900})
    page = reader.page()
    page.goto(PAGES[name])
    assert axe(page) == []
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "found => found.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1 or name == "mistakes"
    assert levels.count(1) == 1
    for width in (320, 640):  # 640 is what is left of 1280 at 200%
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], f"{wide[0]} px of content on a screen of {wide[1]} px"
    unreachable = page.eval_on_selector_all(
        "*",
        """found => found.filter(each => getComputedStyle(each).overflowX === 'auto'
            && each.scrollWidth > each.clientWidth && each.tabIndex !== 0).map(each => each.className)""",
    )
    assert unreachable == []
