"""The quarterly tables of the Home Office NRM data file: found by title, read cell by cell, never guessed.

Four tables are known: referrals by age at exploitation, reasonable and conclusive grounds decisions of both
competent authorities by outcome and age, and reports under the duty to notify. Each has a row a quarter
under the headings Year and Quarter, a row of totals a year, and columns by age group. What cannot be read
for certain (a suppressed cell, a note inside a number, a total that is not the sum) stops the reading with
sheet and cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sim.fit.sheets import FileMistake, Sheet, Value, address

AGES: Final[dict[str, str]] = {
    "adult": "adult (18 or over)",
    "child": "child (17 or under)",
    "unknown": "age not specified or unknown",
}
SUPPRESSED: Final = frozenset({"*", "..", ":", "-", "–", "[c]", "[x]", "[z]", "[u]", "[w]", "c", "n/a"})
_TITLE_ROWS: Final = 12
_NOTE: Final = re.compile(r"\s*[\[(](?:note|notes|footnote)?\s*[\d, r]+[\])]", re.IGNORECASE)
_QUARTER: Final = re.compile(r"^q(?:uarter)?\s*([1-4])\b", re.IGNORECASE)
Column = tuple[str, str]


@dataclass(frozen=True)
class Wanted:
    """A table: words of its title, and which columns are read, by age group and what stands below it."""

    name: str
    title: tuple[str, ...]
    columns: Mapping[str, Column]
    sums: tuple[tuple[str, tuple[str, ...]], ...]


def _decisions(stage: str, words: str) -> Wanted:
    """A table of decisions: positive and negative below each age group."""
    columns: dict[str, Column] = {}
    for age, heading in AGES.items():
        for outcome in ("negative", "positive"):
            columns[f"{age}_{outcome}"] = (heading, f"{outcome} {words}")
        columns[f"{age}_total"] = (heading, "total")
    columns["all_total"] = ("", "total")
    sums: list[tuple[str, tuple[str, ...]]] = [
        (f"{age}_total", (f"{age}_positive", f"{age}_negative")) for age in AGES
    ]
    sums.append(("all_total", tuple(f"{age}_total" for age in AGES)))
    title = (f"{words} decisions", "both competent authorities", "quarter", "age at exploitation")
    return Wanted(stage, title, columns, tuple(sums))


WANTED: Final[dict[str, Wanted]] = {
    "referrals": Wanted(
        "referrals",
        ("referrals", "quarter", "age at exploitation"),
        {**{f"{age}_total": (heading, "total") for age, heading in AGES.items()}, "all_total": ("", "total")},
        (("all_total", tuple(f"{age}_total" for age in AGES)),),
    ),
    "rg": _decisions("rg", "reasonable grounds"),
    "cg": _decisions("cg", "conclusive grounds"),
    "dtn": Wanted("dtn", ("duty to notify", "quarter"), {"all_total": ("", "total")}, ()),
}
"""The tables that are read, by the names that ``--sheet`` takes."""

Quarters = dict[str, dict[str, float]]
"""Numbers by quarter (``2024Q1``), then by column."""


def read_table(sheets: Sequence[Sheet], wanted: Wanted, named: str = "") -> Quarters:
    """Read one table.

    Parameters
    ----------
    sheets : sequence of Sheet
    wanted : Wanted
    named : str, optional
        The sheet to take, where the title alone does not tell.

    Raises
    ------
    FileMistake
        If the sheet is not found or not the only one, a column is missing, a cell is not a plain number, a
        quarter is missing or given twice, or a total is not the sum of its parts.
    """
    sheet = _sheet(sheets, wanted, named)
    header = _header_row(sheet)
    columns = _columns(sheet, header, wanted)
    found: Quarters = {}
    rows: dict[str, int] = {}
    totals: dict[str, tuple[int, dict[str, float]]] = {}
    year = ""
    for row in range(header + 1, len(sheet.rows)):
        given_year, given_quarter = sheet.at(row, 0), sheet.at(row, 1)
        if not any(value is not None for value in sheet.rows[row]):
            continue
        if given_year is not None:
            read = _year(given_year)
            if not read:
                if all(sheet.at(row, column) is None for column in columns.values()):
                    break  # notes below the table
                raise FileMistake(f"{sheet.where(row, 0)}: {given_year!r}; allowed: a year such as 2024")
            year = read
        if not year:
            raise FileMistake(
                f"{sheet.where(row, 0)}: the first row names no year; allowed: a year such as 2024"
            )
        numbers = {name: _number(sheet, row, column) for name, column in columns.items()}
        _check_sums(sheet, row, columns, numbers, wanted)
        quarter = _QUARTER.match(_label(given_quarter)) if given_quarter is not None else None
        if quarter is None:
            if given_quarter is not None and _label(given_quarter) not in ("total", "all", "year"):
                raise FileMistake(
                    f"{sheet.where(row, 1)}: {given_quarter!r}; allowed: Q1, Q2, Q3, Q4 or Total"
                )
            totals[year] = (row, numbers)
            continue
        name = f"{year}Q{quarter[1]}"
        if name in found:
            raise FileMistake(
                f"{sheet.where(row, 1)}: {name} is given twice, here and in row {rows[name] + 1}; allowed: "
                "once. A year in column A may be wrong"
            )
        found[name], rows[name] = numbers, row
    _check_quarters(sheet, found, totals, columns)
    return found


# -------------------------------------------------------------------------------------------------- finding
def _sheet(sheets: Sequence[Sheet], wanted: Wanted, named: str) -> Sheet:
    file = sheets[0].file
    if named:
        chosen = [sheet for sheet in sheets if sheet.name.lower() == named.lower()]
        if not chosen:
            raise FileMistake(
                f"{file}: no sheet {named!r}; allowed: {', '.join(s.name for s in sheets[:60])}"
            )
        return chosen[0]
    fitting = [sheet for sheet in sheets if all(word in _title(sheet) for word in wanted.title)]
    if len(fitting) == 1:
        return fitting[0]
    words = ", ".join(f"“{word}”" for word in wanted.title)
    if fitting:
        names = ", ".join(sheet.name for sheet in fitting)
        raise FileMistake(
            f"{file}: the table of {wanted.name} could be {names}; name one: --sheet {wanted.name}=..."
        )
    titles = "; ".join(f"{sheet.name}: {_title(sheet)[:70]}" for sheet in sheets[:8])
    raise FileMistake(
        f"{file}: no sheet whose title holds {words} (the table of {wanted.name}). There are: {titles}"
        f"{' ...' if len(sheets) > 8 else ''}. Name one: --sheet {wanted.name}=Table_..."
    )


def _title(sheet: Sheet) -> str:
    """The words above the headings, in small letters."""
    cells = []
    for row in sheet.rows[:_TITLE_ROWS]:
        if len(row) > 1 and [_label(cell) for cell in row[:2]] == ["year", "quarter"]:
            break
        cells += [_label(cell) for cell in row[:1] if isinstance(cell, str)]
    return " ".join([sheet.name.lower().replace("_", " "), *cells])


def _label(value: Value) -> str:
    """A heading in small letters without its notes."""
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, float) else value
    return " ".join(_NOTE.sub("", text).lower().split())


def _header_row(sheet: Sheet) -> int:
    for row in range(min(len(sheet.rows), 40)):
        if (_label(sheet.at(row, 0)), _label(sheet.at(row, 1))) == ("year", "quarter"):
            return row
    raise FileMistake(
        f"{sheet.file}, sheet {sheet.name!r}: no row of headings begins with Year and Quarter (columns A "
        "and B of the first 40 rows); allowed: the layout of the Home Office tables"
    )


def _columns(sheet: Sheet, header: int, wanted: Wanted) -> dict[str, int]:
    """Where each wanted column stands: by the age group above it, or before it in the same cell."""
    width = max(len(sheet.rows[header]), len(sheet.rows[header - 1]) if header else 0)
    group = ""
    named: dict[Column, list[int]] = {}
    ages = set(AGES.values())
    for column in range(2, width):
        above = _label(sheet.at(header - 1, column)) if header else ""
        own = _label(sheet.at(header, column))
        if above:
            group = above if above in ages else ""
        joined = [age for age in ages if own.startswith(age)]
        if joined:
            key = joined[0], own.removeprefix(joined[0]).strip(" -–:,") or "total"
        else:
            key = group, own or (above if above and above not in ages else "")
        if key[1]:
            named.setdefault(key, []).append(column)
    found: dict[str, int] = {}
    for name, wanted_key in wanted.columns.items():
        where = named.get(wanted_key, [])
        if not where and wanted_key == ("", "total"):  # the last column, below the last age group's heading
            last = [c for (_, sub), places in named.items() if sub in ("total", "all") for c in places]
            where = [max(last)] if last and max(last) not in found.values() else []
        elif wanted_key[1] == "total" and wanted_key[0] and len(where) == 2:
            where = where[:1]
        if len(where) != 1:
            told = " / ".join(part for part in wanted_key if part)
            have = "; ".join(
                f"{address(header, places[0])} {' / '.join(part for part in key if part)}"
                for key, places in named.items()
            )
            raise FileMistake(
                f"{sheet.where(header)}: the column “{told}” is "
                f"{'there twice' if where else 'missing or renamed'}. "
                f"Columns found: {have or 'none'}"
            )
        found[name] = where[0]
    return found


# -------------------------------------------------------------------------------------------------- reading
def _year(value: Value) -> str:
    read = re.fullmatch(r"(20\d\d)(?:\.0)?", _label(value))
    return read[1] if read else ""


def _number(sheet: Sheet, row: int, column: int) -> float:
    value = sheet.at(row, column)
    if isinstance(value, float):
        if value < 0 or value != int(value):
            raise FileMistake(f"{sheet.where(row, column)}: {value:g}; allowed: a whole number of 0 or more")
        return value
    if value is None:
        raise FileMistake(
            f"{sheet.where(row, column)} is empty; allowed: a number. Nothing is put in its place"
        )
    text = value.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+", text):
        return float(text.replace(",", ""))
    if text.lower() in SUPPRESSED:
        raise FileMistake(
            f"{sheet.where(row, column)}: {text!r} stands for a number that was suppressed or is not "
            "available; nothing is put in its place. Use a release that prints it, or leave the table out"
        )
    raise FileMistake(
        f"{sheet.where(row, column)}: {text!r} is a number with a note, or no number; allowed: a plain "
        "number. Nothing is guessed: take the note out of the cell once you know what it says"
    )


def _check_sums(
    sheet: Sheet, row: int, columns: Mapping[str, int], numbers: Mapping[str, float], wanted: Wanted
) -> None:
    for total, parts in wanted.sums:
        added = sum(numbers[part] for part in parts)
        if added != numbers[total]:
            cells = " + ".join(address(row, columns[part]) for part in parts)
            raise FileMistake(
                f"{sheet.where(row, columns[total])}: the total is {numbers[total]:g}, but {cells} make "
                f"{added:g} (a difference of {numbers[total] - added:+g}). Revised figures may not add up; "
                "nothing is guessed"
            )


def _check_quarters(
    sheet: Sheet,
    found: Quarters,
    totals: Mapping[str, tuple[int, Mapping[str, float]]],
    columns: Mapping[str, int],
) -> None:
    if not found:
        raise FileMistake(f"{sheet.file}, sheet {sheet.name!r}: no quarter below the headings")
    names = sorted(found)
    first, last = (int(name[:4]) * 4 + int(name[-1]) for name in (names[0], names[-1]))
    expected = [f"{(n - 1) // 4}Q{(n - 1) % 4 + 1}" for n in range(first, last + 1)]
    if missing := [name for name in expected if name not in found]:
        raise FileMistake(
            f"{sheet.file}, sheet {sheet.name!r}: {', '.join(missing)} missing between {names[0]} and "
            f"{names[-1]}"
        )
    for year, (row, numbers) in totals.items():
        own = [name for name in names if name.startswith(year)]
        for name, value in numbers.items():
            added = sum(found[quarter][name] for quarter in own)
            if added != value:
                raise FileMistake(
                    f"{sheet.where(row, columns[name])}: the total of {year} is {value:g}, but its "
                    f"quarters make {added:g} (a difference of {value - added:+g}). Revised figures may "
                    "not add up; nothing is guessed"
                )
