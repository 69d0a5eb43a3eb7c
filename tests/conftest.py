"""What every test may ask for: a browser, a fresh page, and a wheel of this checkout.

Fixtures of one subject only belong into that subject's folder, not here.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis.internal.conjecture import providers

from tests.chromium import CHROMIUM, CHROMIUM_FLAGS, require_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHECKOUT = Path(__file__).resolve().parents[1]

# Hypothesis mixes literals of whatever modules happen to be loaded into what it draws, so a test would draw
# other configurations alone than among others. Without them a drawing is the same wherever it runs.
assert "_local_constants" in vars(providers.HypothesisProvider), (
    "Hypothesis keeps these literals elsewhere now"
)
NO_LITERALS = providers.Constants(
    integers=providers.SortedSet(),
    floats=providers.SortedSet(),
    bytes=providers.SortedSet(),
    strings=providers.SortedSet(),
)
providers.HypothesisProvider._local_constants = property(lambda _: NO_LITERALS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `browser` every test that asks for one, so that the marker cannot be forgotten."""
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, headless, one for all tests of a worker."""
    executable = require_chromium(CHROMIUM, in_ci=bool(os.environ.get("CI")))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(executable), args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page in a context of its own: no cookie, cache or storage of another test."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with the back end of the lock and without any network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(CHECKOUT),
    ]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path
