"""Synthetic files of the shape of the NRM tables and of the record-level extract: no real figures.

Tables have titles above, age groups over outcomes, a row of totals a year, a note below. Not here: any test.
"""

import csv
import random
import zipfile
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

AGES = ("Adult (18 or over)", "Child (17 or under)", "Age not specified or unknown")
Grid = list[list[str | float | None]]


_EMPTY_CELLS = '<table:table-cell table:number-columns-repeated="1000"/>'
_EMPTY_ROWS = (
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def numbers(quarter: int, age: int, kind: int) -> int:
    """Some whole number, the same every time."""
    return 100 + 37 * quarter % 41 + 50 * age + 13 * kind


def quarters(first: int = 2023, years: int = 2) -> list[tuple[int, int]]:
    return [(year, q) for year in range(first, first + years) for q in (1, 2, 3, 4)]


def decisions(words: str, table: str, first: int = 2023, years: int = 2) -> tuple[str, Grid]:
    """A table of decisions by outcome and age, with yearly totals before the quarters."""
    rows: Grid = [
        [
            f"{table}: NRM {words} decisions made by both competent authorities, by quarter, outcome and "
            f"age at exploitation [note 1]"
        ],
        ["This worksheet contains one table."],
        [None, None, *(cell for age in AGES for cell in (age, None, None)), None],
        ["Year", "Quarter", *([f"Negative {words}", f"Positive {words} [note 2]", "Total"] * 3), "Total"],
    ]
    for year in range(first, first + years):
        own = [
            [numbers(4 * year + q, age, kind) for age in range(3) for kind in (0, 1)] for q in (1, 2, 3, 4)
        ]
        for label, values in (
            (("Total", [sum(column) for column in zip(*own, strict=True)])),
            *((f"Q{q}", own[q - 1]) for q in (1, 2, 3, 4)),
        ):
            cells: list[str | float | None] = []
            for age in range(3):
                no, yes = values[2 * age : 2 * age + 2]
                cells += [float(no), float(yes), float(no + yes)]
            rows.append([float(year) if label == "Total" else None, label, *cells, float(sum(values))])
    rows += [[], ["Notes: figures are revised at every release."]]
    return table, rows


def referrals(table: str = "Table_2", first: int = 2023, years: int = 2) -> tuple[str, Grid]:
    """Referrals by age and place of exploitation."""
    places = ("Overseas", "UK", "Total")
    rows: Grid = [
        [f"{table}: Number of NRM referrals, by quarter, age at exploitation and location of exploitation"],
        [None, None, *(cell for age in AGES for cell in (age, None, None)), None],
        ["Year", "Quarter", *(places * 3), "Total"],
    ]
    for year, q in quarters(first, years):
        cells: list[str | float | None] = []
        for age in range(3):
            abroad, here = numbers(4 * year + q, age, 2), numbers(4 * year + q, age, 3)
            cells += [float(abroad), float(here), float(abroad + here)]
        total = sum(float(cell or 0) for cell in cells[2::3])
        rows.append([float(year) if q == 1 else None, f"Q{q}", *cells, total])
    return table, rows


def reports(table: str = "Table_34", first: int = 2023, years: int = 2) -> tuple[str, Grid]:
    """Reports under the duty to notify."""
    rows: Grid = [
        [f"{table}: Duty to Notify (DtN) reports, by quarter"],
        ["Year", "Quarter", "Total"],
    ]
    for year, q in quarters(first, years):
        rows.append([float(year) if q == 1 else None, f"Q{q}", float(numbers(4 * year + q, 0, 4))])
    return table, rows


def workbook(first: int = 2023, years: int = 2) -> dict[str, Grid]:
    """All four tables, a sheet of contents, and a table that is like one of them."""
    alike = (
        "Table_14",
        [
            ["Table_14: NRM reasonable grounds decisions made by the SCA, by quarter and nationality"],
            ["Year", "Quarter", "Total"],
        ],
    )
    sheets = [
        ("Contents", [["Modern slavery: NRM and DtN statistics"], ["Table_2: referrals"]]),
        referrals(first=first, years=years),
        alike,
        decisions("reasonable grounds", "Table_16", first, years),
        decisions("conclusive grounds", "Table_28", first, years),
        reports(first=first, years=years),
    ]
    return dict(sheets)


def write_ods(path: Path, sheets: dict[str, Grid], before: str = "") -> Path:
    """Write a spreadsheet as an office program does: repeated empty cells, a million empty rows at the
    end."""
    tables = []
    for name, rows in sheets.items():
        lines = []
        for row in rows:
            cells = "".join(_cell(cell) for cell in row)
            lines.append(f"<table:table-row>{cells}{_EMPTY_CELLS}</table:table-row>")
        lines.append(_EMPTY_ROWS)
        tables.append(f'<table:table table:name="{escape(name)}">{"".join(lines)}</table:table>')
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return path


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, float):
        told = f"<text:p>{cell:,.0f}</text:p></table:table-cell>"
        return f'<table:table-cell office:value-type="float" office:value="{cell:g}">{told}'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def write_xlsx(path: Path, sheets: dict[str, Grid]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_csv(path: Path, rows: Grid) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return path


def record_level(
    path: Path, people: int = 900, seed: int = 5, median: float = 6.0, sigma: float = 1.35
) -> Path:
    """A made-up extract: lognormal days to a first decision, some cases open, none after the end of 2022."""
    random.seed(seed)
    end = date(2022, 12, 31)
    rows: Grid = [["case", "referral_date", "age_group", "rg_decision", "rg_date", "cg_decision", "cg_date"]]
    for k in range(people):
        referred = date(2021, 1, 1) + timedelta(k * 730 // people)
        rg = referred + timedelta(max(1, round(median * 2.718281828 ** random.gauss(0.0, sigma))))
        cg = rg + timedelta(random.randint(50, 600))
        answer = "positive" if random.random() < 0.9 else "negative"
        rows.append([
            str(k), referred.isoformat(), random.choice(("adult", "child", "unknown")),
            *((answer, rg.isoformat()) if rg <= end else (None, None)),
            *(("positive", cg.isoformat()) if cg <= end and answer == "positive" else (None, None)),
        ])  # fmt: skip
    return write_csv(path, rows)
