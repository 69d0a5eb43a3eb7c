"""The comparison page in a browser, opened from disk as a reader would."""

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.present.page import write
from tests.stored_result import write_result

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = write_result(tmp_path_factory.mktemp("results") / "made-up")
    return write(folder).as_uri()


def test_it_asks_for_nothing_and_complains_of_nothing(page: "Page", address: str) -> None:
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    assert [url for url in requests if url != address and not url.startswith("data:")] == []
    assert complaints == []


def test_headings_are_in_order_and_pictures_have_words(page: "Page", address: str) -> None:
    page.goto(address)
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "found => found.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    alts = page.eval_on_selector_all("img", "found => found.map(each => each.alt)")
    assert alts
    assert all(len(alt) > 40 for alt in alts)
    drawn = page.eval_on_selector_all(
        "img", "found => found.map(each => each.complete && each.naturalWidth > 0)"
    )
    assert all(drawn)


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_the_page_never_scrolls_sideways(page: "Page", address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    page.eval_on_selector_all("details", "found => found.forEach(each => each.open = true)")
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"{wide[0]} px of content on a screen of {wide[1]} px"


def test_tables_have_room_on_a_wide_screen(page: "Page", address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    cut = page.evaluate(
        """[...document.querySelectorAll(".scroll")].filter(each => each.querySelector("table")
            && each.scrollWidth > each.clientWidth + 1).map(each => each.getAttribute("aria-label"))"""
    )
    assert cut == []


def test_on_a_phone_the_first_column_stays_in_sight(page: "Page", address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(address)
    held = page.evaluate(
        """(() => { const wide = [...document.querySelectorAll(".scroll.wide")].find(each =>
            each.offsetParent && each.scrollWidth > each.clientWidth + 80);
            if (!wide) return null;
            const head = wide.querySelector("tbody th");
            const before = head.getBoundingClientRect().left;
            wide.scrollLeft = 80;
            return head.getBoundingClientRect().left - before; })()"""
    )
    assert held == 0


def test_everything_that_scrolls_can_be_reached_by_keyboard(page: "Page", address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address)
    page.eval_on_selector_all("details", "found => found.forEach(each => each.open = true)")
    unreachable = page.eval_on_selector_all(
        "*",
        """found => found.filter(each => getComputedStyle(each).overflowX === 'auto'
            && each.scrollWidth > each.clientWidth && each.tabIndex !== 0).map(each => each.className)""",
    )
    assert unreachable == []


def test_the_print_holds_every_figure_within_the_sheet(page: "Page", address: str) -> None:
    page.set_viewport_size({"width": 670, "height": 950})
    page.goto(address)
    page.emulate_media(media="print")
    widths = page.eval_on_selector_all(
        "img", "found => found.map(each => each.getBoundingClientRect().right)"
    )
    assert max(widths) <= 670
    assert not page.is_visible("nav")
    assert page.evaluate("document.documentElement.scrollWidth") <= 670
