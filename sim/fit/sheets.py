"""Spreadsheets as grids of cells that know their address: ODS, XLSX and CSV.

ODS is read from its `content.xml` with the standard library: entities and document types are refused, merged
and repeated cells are expanded within bounds. Nothing is interpreted here: what a cell means is for
`nrm_tables` and `record_level`.
"""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from sim.errors import SimError

SUFFIXES: Final = (".ods", ".xlsx", ".csv")
MOST_ROWS: Final = 2_000_000
MOST_COLUMNS: Final = 1_024
_MOST_BYTES: Final = 512 * 2**20
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})

Value = str | float | None


class FileMistake(SimError):
    """A file that cannot be read as it should be; the message names file, sheet and cell."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of text, numbers or None, ragged at the right."""

    file: str
    name: str
    rows: tuple[tuple[Value, ...], ...]

    def at(self, row: int, column: int) -> Value:
        """The value of a cell (row and column counted from 0), None beyond the end of its row."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None

    def where(self, row: int, column: int | None = None) -> str:
        """File, sheet and cell in words, counted as a spreadsheet does."""
        cell = f"row {row + 1}" if column is None else f"cell {address(row, column)}"
        return f"{self.file}, sheet {self.name!r}, {cell}"


def address(row: int, column: int) -> str:
    """A cell's address as a spreadsheet shows it.

    Examples
    --------
    >>> address(0, 0), address(6, 27)
    ('A1', 'AB7')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Read every sheet of a file; a CSV file is one sheet of its own name.

    Raises
    ------
    FileMistake
        If the file is missing, of another kind, damaged, too large, or holds XML entities.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FileMistake(
            f"{path.name}: files ending in {suffix or 'nothing'} cannot be read; allowed: "
            f"{', '.join(SUFFIXES)}; "
            "nearest: save it as an OpenDocument spreadsheet (.ods)"
        )
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileMistake(f"{path.name} has more than {_MOST_BYTES // 2**20} MiB; allowed: less")
        return {".ods": _ods, ".xlsx": _xlsx, ".csv": _csv}[suffix](path)
    except FileNotFoundError:
        raise FileMistake(f"There is no file {path}. Allowed: the path of a file that exists") from None
    except OSError as error:
        raise FileMistake(f"{path} cannot be read: {error.strerror or error}") from error


# --------------------------------------------------------------------------------------------------- ODS
def _ods(path: Path) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("content.xml")
            if info.file_size > _MOST_BYTES:
                raise FileMistake(
                    f"{path.name}: its content.xml has {info.file_size // 2**20} MiB; allowed: at most "
                    f"{_MOST_BYTES // 2**20}"
                )
            with archive.open(info) as file:
                content = file.read(_MOST_BYTES + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise FileMistake(
            f"{path.name} is no OpenDocument spreadsheet ({error}); allowed: an .ods file as published"
        ) from error
    tree = _parsed(content, path.name)
    tables = list(tree.iter(f"{_TABLE}table"))
    if not tables:
        raise FileMistake(f"{path.name} holds no sheet; allowed: one or more")
    return tuple(_ods_sheet(table, path.name) for table in tables)


class _PlainTree(ElementTree.TreeBuilder):
    """Builds a tree, and refuses a document type: entities would come with it."""

    def doctype(self, *_: object) -> None:
        """Stop at the declaration, before anything that it declares is read."""
        raise FileMistake("declares a document type or entities")


def _parsed(content: bytes, name: str) -> ElementTree.Element:
    """Parse XML that declares no document type: entities could read files or fill the memory."""
    parser = ElementTree.XMLParser(target=_PlainTree())
    try:
        parser.feed(content)
        tree: ElementTree.Element = parser.close()
    except FileMistake as error:
        raise FileMistake(
            f"{name}: its content.xml {error}, which spreadsheets never do; refused. Nearest: open it in a "
            "spreadsheet program and save it again"
        ) from None
    except ElementTree.ParseError as error:
        raise FileMistake(f"{name}: its content.xml is damaged ({error}); allowed: a whole file") from error
    return tree


def _repeat(element: ElementTree.Element, attribute: str, most: int, name: str) -> int:
    given = element.get(f"{_TABLE}{attribute}", "1")
    if not given.isdigit() or int(given) < 1:
        raise FileMistake(f"{name}: {attribute} = {given!r}; allowed: a whole number from 1")
    return min(int(given), most)


def _ods_sheet(table: ElementTree.Element, file: str) -> Sheet:
    name = table.get(f"{_TABLE}name", "")
    rows: list[tuple[Value, ...]] = []
    empty = 0
    for row in table.iter(f"{_TABLE}table-row"):
        cells = _ods_row(row, f"{file}, sheet {name!r}")
        times = _repeat(row, "number-rows-repeated", MOST_ROWS, f"{file}, sheet {name!r}")
        if not cells:
            empty += times  # the last rows of a sheet are one empty row, repeated a million times
            continue
        if len(rows) + empty + times > MOST_ROWS:
            raise FileMistake(f"{file}, sheet {name!r}: more than {MOST_ROWS:,} rows; allowed: fewer")
        rows += [()] * empty + [cells] * times
        empty = 0
    return Sheet(file, name, tuple(rows))


def _ods_row(row: ElementTree.Element, name: str) -> tuple[Value, ...]:
    cells: list[Value] = []
    empty = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        value = _ods_value(cell)
        times = _repeat(cell, "number-columns-repeated", MOST_COLUMNS, name)
        if value is None:
            empty += times
            continue
        cells += [None] * empty + [value] * times
        empty = 0
    return tuple(cells[:MOST_COLUMNS])


def _ods_value(cell: ElementTree.Element) -> Value:
    if cell.get(f"{_OFFICE}value-type") in _NUMBERS:
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if cell.get(f"{_OFFICE}value-type") == "date":
        return cell.get(f"{_OFFICE}date-value", "")[:10]
    words = "\n".join("".join(_words(part)) for part in cell.findall(f"{_TEXT}p")).strip()
    return words or None


def _words(element: ElementTree.Element) -> Iterator[str]:
    """The text of a cell, with the notes attached to it left out and spaces as they are written."""
    yield element.text or ""
    for part in element:
        if part.tag == f"{_TEXT}s":
            yield " "
        elif not part.tag.startswith(_OFFICE):
            yield from _words(part)
        yield part.tail or ""


# ------------------------------------------------------------------------------------------- XLSX and CSV
def _xlsx(path: Path) -> tuple[Sheet, ...]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = [
            Sheet(
                path.name,
                sheet.title,
                tuple(tuple(map(_plain, row)) for row in sheet.iter_rows(values_only=True)),
            )
            for sheet in book.worksheets
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, ElementTree.ParseError) as error:
        raise FileMistake(f"{path.name} is no spreadsheet ({error}); allowed: an .xlsx file") from error
    return tuple(sheets)


def _plain(value: Any) -> Value:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return float(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value).strip() or None


def _csv(path: Path) -> tuple[Sheet, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = tuple(
                tuple(_number_or_text(cell) for cell in row) for row in csv.reader(file, strict=True)
            )
    except UnicodeDecodeError as error:
        raise FileMistake(
            f"{path.name}: byte {error.start} is no UTF-8; nearest: save it as UTF-8"
        ) from error
    except csv.Error as error:
        raise FileMistake(f"{path.name} is no sound CSV file: {error}") from error
    return (Sheet(path.name, path.stem, rows),)


def _number_or_text(cell: str) -> Value:
    text = cell.strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text
