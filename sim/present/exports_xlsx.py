"""Outcomes as a tidy spreadsheet, with a cover sheet: what they are, in which units, and what to beware of.

Every text is stored as a text, so none can run as a formula. Differences come from `sim.experiment.compare`,
as everywhere else; nothing is worked out here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.present.exports import RUNS
from sim.present.levers import rule_in_words, settings_told
from sim.present.limits import NOT_MODELLED
from sim.present.names import METRICS as NAMED
from sim.present.names import group_label, metric_name

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.store import Result

MOST_ROWS: Final = 1_000_000
"""Fewer than a sheet can hold (1,048,576)."""
NOT_REACHED: Final = "not reached"
"""Stands for an infinite value: a wait that half of the people never see the end of."""
CAVEATS: Final = (
    "Everyone in the model is synthetic. No record of any real person is used.",
    "The model compares options under the same luck. It is no forecast, and says nothing about one person, "
    "one provider or one council.",
    "A difference is an option minus today's rules, paired by replication. Its interval holds chance only; "
    "the range over assumptions stands beside it and is often wider.",
    "Most figures are measured on a fixed cohort: adults in England and Wales with a positive conclusive "
    "decision in the months after the policy date under today's rules. Families: headline and secondary "
    "(differences can be taken), descriptive (measured from an exit: no effect), calendar (everyone's days), "
    "cost, resource, recovery, coupled (shares of people, which depend on how luck is paired).",
    "Many inputs have no published source and are assumed: see the sheet Sources.",
    "Shares lie between 0 and 1. Costs are in pounds of 2024-25. An empty cell was not measured; "
    f"“{NOT_REACHED}” stands for a wait that half never see the end of.",
)
_EVERYBODY: Final = "everybody"
_FORMATS: Final = {"share": "0.000", "ratio": "0.000", "days": "#,##0.0", "£": "#,##0"}
_FORMAT: Final = "#,##0.00"
"""How a number looks by its unit, and any other; the cell holds every digit."""
_NOTES: Final = {
    "Differences": "One row an option, metric and group: option minus today's rules.",
    "Outcomes": "One row a world, replication, scenario, metric and group: what the runs gave.",
    "Metrics": "What each metric says, its unit, which way is good, and its formula.",
    "Scenarios": "What each option changes, and whose idea it is.",
    "Sources": "Every parameter: meaning, unit, range, how far it is trusted, source or reason.",
}


def write_workbook(result: Result, path: Path) -> Path:
    """Write the spreadsheet of a result.

    Raises
    ------
    SimError
        If the result is damaged.
    OSError
        If the disk refuses; an earlier file is then still there.
    """
    from datetime import datetime

    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    made = datetime.fromisoformat(str(result.manifest["created"])).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made
    book.properties.creator, book.properties.title = "Cliff Edge", str(result.manifest["title"])
    rows, whole = _outcomes(result)
    _cover(book, result, whole)
    _sheet(book, "Differences", *_differences(result), (44, 60, 40, 12, *(13,) * 7, 12, 9, 12, 34, 30))
    _sheet(book, "Outcomes", _columns(result), rows, (16, 11, 34, 34, 26, 14, 16, 9, 12))
    _sheet(book, "Metrics", *_metrics(result), (34, 80, 18, 9, 12, 80))
    _sheet(book, "Scenarios", *_scenarios(result), (34, 44, 60, 44, 60, 14, 14, 50))
    _sheet(book, "Sources", *_sources(), (52, 60, 18, 10, 10, 12, 80, 60))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        book.save(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _cover(book: Any, result: Result, whole: bool) -> None:
    """The first sheet: what this is, where it comes from, what to beware of."""
    manifest = result.manifest
    sheet = book.create_sheet("Read me")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 110
    facts = (
        ("Cliff Edge", "Outcomes of a simulation; everyone in it is synthetic"),
        ("What was asked", str(manifest["title"])),
        ("Policy date", str((result.config.get("policy") or {}).get("start", ""))),
        *(
            ("Not the shipped world", f"Set in today's rules and in every option: {line}")
            for line in settings_told(str(manifest["command"]))
        ),
        ("Runs of each option", _runs(result)),
        ("Made by", str(manifest["command"])),
        ("Made on", str(manifest["created"])),
        ("Result", str(manifest["run_id"])),
        ("Seed", str(manifest["seed"])),
        ("Configuration, source", f"{manifest['config_hash']}, {manifest['source_hash']}"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
    )
    for number, (name, text) in enumerate(facts):
        sheet.append([_cell(sheet, name, bold=True), _cell(sheet, text, bold=number == 0, wrap=True)])
    for title, lines in (
        ("Sheets", [f"{name}: {note}" for name, note in _NOTES.items()]),
        ("Before you use them", CAVEATS),
        ("What is not modelled", [f"{what}. {why}" for what, why in NOT_MODELLED]),
    ):
        sheet.append([])
        for number, line in enumerate(lines):
            sheet.append(
                [_cell(sheet, title if number == 0 else "", bold=True), _cell(sheet, line, wrap=True)]
            )
    if not whole:
        told = (
            f"More than {MOST_ROWS:,} rows were stored, so the sheet Outcomes holds the central world only."
        )
        sheet.append([_cell(sheet, ""), _cell(sheet, told, wrap=True)])


def _runs(result: Result) -> str:
    """How many runs stand behind the figures, and what that means for their intervals."""
    central = {run["replication"] for run in result.manifest["runs"] if run["world"] == "central"}
    if len(central) == 1:
        return "1: no interval can be given, so a difference may be nothing but chance"
    return f"{len(central)}, paired: the same people with the same luck under every option"


def _cell(sheet: Any, value: Any, *, bold: bool = False, wrap: bool = False) -> Any:
    """A cell whose text stays a text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
        plain = not value.startswith(RUNS)
        if plain and not bold and not wrap:
            return value
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        if not plain:
            cell.quotePrefix = True
    else:
        if not bold and not wrap:
            return value
        cell = WriteOnlyCell(sheet, value)
    if bold:
        cell.font = Font(bold=True)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _number(value: Any) -> Any:
    """A number as a cell: empty if it was not measured, a word if it is infinite."""
    if value is None or not isinstance(value, int | float) or math.isnan(value):
        return None
    return value if math.isfinite(value) else NOT_REACHED


def _sheet(
    book: Any, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]
) -> None:
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, name, bold=True, wrap=True) for name in head])
    count = 1
    for row in rows:
        sheet.append(
            [_cell(sheet, value) if not isinstance(value, Shown) else value.cell(sheet) for value in row]
        )
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{count}"


def _columns(result: Result) -> list[str]:
    return [str(name) for name in result.outcomes.columns]


def _outcomes(result: Result) -> tuple[Iterable[Sequence[Any]], bool]:
    """Stored rows, and whether they are all there."""
    table = result.outcomes
    whole = len(table) <= MOST_ROWS
    if not whole:
        table = table[table["world"] == "central"].head(MOST_ROWS)
    columns = [_column(table[name]) for name in table.columns]
    return zip(*columns, strict=True), whole


def _column(values: pd.Series[Any]) -> list[Any]:
    """The cells of one stored column."""
    if values.dtype.kind == "f":
        return [_number(value) for value in values.tolist()]
    return [value if isinstance(value, int) else str(value) for value in values.tolist()]


def _differences(result: Result) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    from sim.experiment.compare import compare

    head = (
        *("option", "measure", "who", "unit", "today", "with option", "difference"),
        *("95% interval low", "95% interval high", "range over assumptions low"),
        *("range over assumptions high", "replications", "better", "family", "metric", "group"),
    )
    rows = []
    for each in compare(result).differences if result.options else ():
        band = [
            value
            for row in each.band
            for value in (row.at_low, row.at_high, each.mean)
            if value is not None and math.isfinite(value)
        ]
        range_ends = (min(band), max(band)) if band else (None, None)
        levels = (each.baseline, each.scenario, each.mean, each.low, each.high, *range_ends)
        looks = _FORMATS.get(each.unit, _FORMAT)
        rows.append(
            [
                *(each.title, _measure(each.metric), _who(each.group), each.unit),
                *(Shown(_number(level), looks) for level in levels),
                *(each.replications, each.better, each.family, each.metric, each.group),
            ]
        )
    return head, rows


@dataclass(frozen=True)
class Shown:
    """A number with how it looks; the cell holds every digit."""

    value: Any
    looks: str

    def cell(self, sheet: Any) -> Any:
        """The cell; a word or an empty one as it is."""
        from openpyxl.cell import WriteOnlyCell

        if self.value is None or isinstance(self.value, str):
            return self.value
        made = WriteOnlyCell(sheet, self.value)
        made.number_format = self.looks
        return made


def _measure(metric: str) -> str:
    """A measure in plain words: its short name where it has one, otherwise what the registry says of it."""
    from sim.outcomes.registry import METRICS

    known = METRICS.get(metric)
    return metric_name(metric).title if metric in NAMED or known is None else known.sentence


def _who(group: str) -> str:
    """Whose figure it is.

    Examples
    --------
    >>> _who("region=London"), _who("all")
    ('Region: London', 'everybody')
    """
    return ": ".join(group_label(group)) if "=" in group else _EVERYBODY if group == "all" else group


def _plain(value: Any) -> str:
    """A value of a parameter as a reader says it.

    Examples
    --------
    >>> _plain(True), _plain(180.0), _plain("new")
    ('yes', '180', 'new')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _metrics(result: Result) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    from sim.outcomes.registry import METRICS

    stored = dict.fromkeys(result.outcomes["metric"].astype(str))
    rows = []
    for name in stored:
        known = METRICS.get(name)
        rows.append(
            [name, known.sentence, known.unit, known.better, known.family, known.formula]
            if known
            else [name, metric_name(name).title, "", "", "", ""]
        )
    return ("metric", "what it says", "unit", "better", "family", "formula"), rows


def _scenarios(result: Result) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    rows = []
    for story in result.scenarios:
        about = [
            str(story["name"]),
            result.title_of(story["name"]),
            " ".join(story["why"]),
            "; ".join(story["sources"]),
        ]
        changes = [
            [rule_in_words(path), _plain(each["before"]), _plain(each["after"]), str(path)]
            for path, each in story["changes"].items()
        ]
        rows += [[*about, *change] for change in changes or [["nothing", "", "", ""]]]
    head = ("scenario", "title", "why", "source of the idea", "rule", "today", "option", "parameter")
    return head, rows


def _sources() -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    from sim.config.evidence import register

    rows = [
        [
            *(entry.path, entry.meaning, entry.unit, *(entry.range or (None, None)), entry.confidence),
            *("; ".join(source.words() for source in entry.sources), entry.assumed or ""),
        ]
        for entry in register().entries
    ]
    head = ("parameter", "meaning", "unit", "low", "high", "confidence", "source", "why it is assumed")
    return head, rows
