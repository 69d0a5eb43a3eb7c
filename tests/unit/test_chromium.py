"""The browser tests use Debian's Chromium, and say so when it is missing."""

import subprocess
import sys
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


def test_exactly_the_tests_that_ask_for_a_page_carry_the_marker(checkout: Path) -> None:
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "browser", __file__]
    collected = subprocess.run(collect, cwd=checkout, capture_output=True, text=True)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    names = [line.rpartition("::")[2] for line in collected.stdout.splitlines() if "::" in line]
    assert names == ["test_the_browser_shows_a_page"]
