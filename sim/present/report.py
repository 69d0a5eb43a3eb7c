"""The report: one printable file for a decision meeting, with everything open and the method written out.

It is the comparison page with nothing folded away, and what a reader of record needs besides: what the result
lacks, how far each assumed value moves the answer, STRESS-DES, a quality statement. Reads a stored result and
never simulates. PDF is made by `report_pdf`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sim.errors import SimError
from sim.present import pages
from sim.present.figures import Table
from sim.present.levers import plain_title
from sim.present.names import metric_name
from sim.present.page import content as page_content
from sim.present.quality import confidence_table, statement
from sim.present.read import Stored, effects, load
from sim.present.stress import checklist
from sim.present.words import Effect, noun_of, signed

FILE_NAME: Final = "report.html"
PARTS: Final[Mapping[str, str]] = {
    "places": "Where people live by day: no such curve was stored.",
    "returns": "Coming back in crisis by day: no such curves were stored.",
    "later": "The second year: no measure of it was stored.",
    "recovery": "Recovery: no core outcome was stored.",
    "services": "Who is reached by services: not stored.",
    "gains": "Who is better or worse off, person by person: not stored.",
    "costs": "Costs, and who pays: not stored.",
    "equity": "Groups of survivors: not stored.",
    "displaced": "Homes that other households wait for: not stored.",
    "years": "Waits, backlog and places over the years: not stored for the options.",
    "record": "The published record: no calendar series was stored to set beside it.",
    "band": "How far the answer rests on assumptions: none was varied.",
}
"""Parts of the page that a result may lack, and what is said then."""
NOT_VARIED: Final = "not varied in this result"


def write(result_dir: Path | str, out: Path | str | None = None, pdf: bool = False) -> Path:
    """Write the report of a stored result.

    Parameters
    ----------
    result_dir : Path or str
        ``results/<run-id>``, complete.
    out : Path or str, optional
        The file; by default ``report.html`` or ``report.pdf`` in the result's folder. One that is there is
        replaced whole.
    pdf : bool
        PDF, tagged, in place of HTML.

    Returns
    -------
    Path

    Raises
    ------
    SimError
        If the result is not complete or has nothing to compare, if the PDF library is missing, or if the file
        cannot be written.
    """
    folder = Path(result_dir)
    target = (
        Path(out) if out is not None else folder / Path(FILE_NAME).with_suffix(".pdf" if pdf else ".html")
    )
    if not target.parent.is_dir():
        raise SimError(f"The report {target} cannot be written: there is no folder {target.parent}.")
    if pdf:
        from sim.present.report_pdf import as_pdf, require_weasyprint

        require_weasyprint()
        made = as_pdf(render(load(folder)))
    else:
        made = render(load(folder)).encode("utf-8")
    return pages.write(target, made, "report")


def render(stored: Stored) -> str:
    """Return the report of a result as HTML."""
    return pages.html_of(
        "comparison.html", content(stored), styles=("page.css", "report.css"), breakable=pages.dotted
    )


def content(stored: Stored) -> dict[str, Any]:
    """Everything the template shows: the page's content and what only the report says."""
    from sim.present.history import checks

    shown = page_content(stored)
    lacks = missing(shown)
    primary = first_headline(stored)
    return {
        **shown,
        "whole": True,
        "missing": lacks,
        "moved": moved(stored, primary),
        "stress": checklist(stored),
        "quality": statement(stored, primary, checks(stored), lacks),
        "confidence": confidence_table(),
        "report_command": shlex.join(["cliffedge", "report", f"results/{stored.manifest['run_id']}"]),
    }


def first_headline(stored: Stored) -> tuple[Effect, ...]:
    """The first headline measure, one effect an option."""
    found = effects(stored, stored.headline)
    return tuple(effect for effect in found if effect.metric == found[0].metric)


def missing(shown: Mapping[str, Any]) -> list[str]:
    """What this result does not hold, in words, in the order of the page."""
    return [words for key, words in PARTS.items() if not shown.get(key)]


# ------------------------------------------------------------------------------- how far each value moves it
def moved(stored: Stored, primary: Sequence[Effect]) -> dict[str, Any]:
    """Every assumed value of this run, and how far the first headline measure moves with it.

    A value is moved with the others of its entry of the assumption band, so the range is the entry's.
    """
    from sim.config.evidence import register

    entry_of = _entries(stored)
    rows, varied = [], 0
    for entry in register().entries:
        if entry.confidence != "assumed" or entry.kind == "run":
            continue
        band = next((name for path, name in entry_of.items() if _covers(entry.path, path)), None)
        told = _range(primary, band) if band else ""
        varied += bool(told)
        value = _value(stored.config, entry.path)
        rows.append((plain_title(entry.path), value, entry.unit, told or NOT_VARIED, entry.path))
    rows.sort(key=lambda row: row[3] == NOT_VARIED)
    unit = noun_of(primary[0].unit)
    measure = metric_name(primary[0].metric).title
    return {
        "told": f"Of {len(rows)} assumed entries, {varied} were varied in this result, some together. "
        "The others have a range in the table above, but nobody has measured here how far the answer moves "
        "with them: "
        "cliffedge compare PATH=VALUE does.",
        "table": Table(
            f"Assumed values of this run, and the difference in “{measure}” ({unit}), low to high setting",
            ("Assumed value", "Value", "Unit", "How far the answer moves", "Parameter"),
            tuple(rows),
        ),
    }


def _entries(stored: Stored) -> dict[str, str]:
    """The entry of the assumption band that sets each path."""
    from sim.experiment.store import load as open_result

    return {
        str(path): str(world["entry"])
        for world in open_result(stored.path).worlds
        if world["entry"]
        for path in world["settings"]
    }


def _covers(pattern: str, path: str) -> bool:
    """Whether an entry of the register speaks of this path."""
    names, own = pattern.split("."), path.split(".")
    return len(names) <= len(own) and all(a in ("*", b) for a, b in zip(names, own, strict=False))


def _range(primary: Sequence[Effect], entry: str) -> str:
    parts = []
    for effect in primary:
        values = [
            value for each in effect.varied if each.entry == entry for value in (*each.values, effect.mean)
        ]
        if values:
            parts.append(
                f"{effect.option}: {signed(min(values), effect.unit)} to {signed(max(values), effect.unit)}"
            )
    return "; ".join(parts)


def _value(config: Mapping[str, Any], path: str) -> str:
    """A value of the stored configuration in a few words; a branch is said to hold so many."""
    found: Any = config
    for name in path.split("."):
        if name == "*":
            return "several"
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, int | float):
        return f"{found:g}"
    if isinstance(found, Mapping | list | tuple):
        return f"{len(found)} values"
    return "not stored" if found is None else str(found)
