"""What can be taken away from a stored result: its page, its data, its configuration.

Files are read where they lie; nothing is made here except the archive of tables and, on first asking, the
spreadsheet.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import SimError

if TYPE_CHECKING:
    from starlette.responses import Response

SHEETS: Final = "outcomes.xlsx"
NAMES: Final = (
    "comparison.html",
    "report.html",
    "config.yaml",
    "scenarios.yaml",
    "data.zip",
    "tables.zip",
    SHEETS,
)
_MEDIA: Final = {
    ".html": "text/html",
    ".yaml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TABLES: Final = ("outcomes", "curves", "calendar")


PAGES: Final = {"comparison": "comparison.html", "report": "report.html"}
"""Self-contained pages of a result that can be read where they are."""


def shown(folder: Path, name: str) -> Response | None:
    """A page of `PAGES` as it lies on disk, with a policy that names its style sheets by their hashes.

    None if it has not been written yet.
    """
    from starlette.responses import HTMLResponse

    page = folder / PAGES[name]
    if not page.is_file():
        return None
    text = page.read_text(encoding="utf-8")
    return HTMLResponse(text, headers={"Content-Security-Policy": policy_of(text)})


def policy_of(page: str) -> str:
    """A policy for one self-contained page: its own style sheets, pictures within it, and nothing else."""
    digests = [
        base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    ]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'self'; script-src 'none'; style-src {styles}; img-src data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def of(folder: Path, name: str) -> Response | None:
    """A file to be saved; None if it has to be written first.

    Raises
    ------
    SimError
        If the result is damaged.
    """
    from starlette.responses import FileResponse, Response

    saved_as = f"cliffedge-{folder.name}-{name}"
    headers = {"Content-Disposition": f'attachment; filename="{saved_as}"'}
    if name in ("data.zip", "tables.zip"):
        content = as_stored(folder) if name == "data.zip" else as_text(folder)
        return Response(content, media_type="application/zip", headers=headers)
    path = spreadsheet(folder) if name == SHEETS else folder / name
    if not path.is_file():
        if name in PAGES.values():
            return None
        raise SimError(f"{folder.name} has no file {name}.")
    return FileResponse(path, media_type=_MEDIA[path.suffix], headers=headers)


def spreadsheet(folder: Path) -> Path:
    """The spreadsheet of a result, where `cliffedge export` puts it; written on first asking.

    Raises
    ------
    SimError
        If the result is damaged, or the disk refuses.
    """
    from sim.present.exports import export

    made = folder / "exports" / SHEETS
    if not made.is_file():
        export(folder, outcomes="xlsx")
    return made


def as_stored(folder: Path) -> bytes:
    """Every stored file of a result in one archive, as it lies on disk."""
    from sim.experiment.store import load

    result = load(folder)
    names = ["manifest.json", *result.manifest["files"]]
    return _archive({f"{folder.name}/{name}": (folder / name).read_bytes() for name in names})


def as_text(folder: Path) -> bytes:
    """Outcomes, curves and series as CSV in one archive, with the manifest."""
    from sim.experiment.store import load

    result = load(folder)
    files = {f"{folder.name}/manifest.json": (folder / "manifest.json").read_bytes()}
    for name in _TABLES:
        files[f"{folder.name}/{name}.csv"] = getattr(result, name).to_csv(index=False).encode()
    return _archive(files)


def _archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
