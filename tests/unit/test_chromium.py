"""The browser tests use Debian's Chromium, and say so when it is missing."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.chromium import require_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_at_home_a_missing_browser_skips_with_a_notice(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        require_chromium(tmp_path / "chromium", in_ci=False)


def test_in_ci_a_missing_browser_fails(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="must run"):
        require_chromium(tmp_path / "chromium", in_ci=True)


def test_the_browser_shows_a_page(page: "Page") -> None:
    page.set_content("<title>Cliff Edge</title><h1>Places by day</h1>")
    assert page.title() == "Cliff Edge"
    assert page.get_by_role("heading").inner_text() == "Places by day"


def test_tests_that_ask_for_a_page_carry_the_marker(request: pytest.FixtureRequest) -> None:
    marked = {item.name for item in request.session.items if item.get_closest_marker("browser")}
    assert "test_the_browser_shows_a_page" in marked
    assert request.node.name not in marked
