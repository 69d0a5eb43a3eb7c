"""Where the browser of the browser tests is, and what its absence means.

Debian's Chromium is used and none is ever downloaded. At home a missing browser skips the tests that need it,
with a notice; in CI (the environment variable CI is set) it fails them, so that they cannot vanish unseen.
"""

from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")

# Root has no sandbox; the rest keeps the browser from calling home.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def require_chromium(path: Path, *, in_ci: bool) -> Path:
    """Return `path` if a browser is there; otherwise fail in CI and skip elsewhere."""
    if path.is_file():
        return path
    missing = f"{path} is missing (on Debian: apt-get install chromium)"
    if in_ci:
        pytest.fail(f"{missing}: in CI the browser tests must run.", pytrace=False)
    pytest.skip(f"{missing}: browser tests are left out.")
