"""``cliffedge fit nrm FILE``: from a file of the Home Office or the UK Data Service to a parameter overlay.

Says what was read, what differs from what is shipped and what was left out. Nothing is guessed: a file that
cannot be read for certain is refused with sheet and cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.fit.nrm_tables import Quarters
    from sim.fit.overlay import Overlay
    from sim.fit.sheets import Sheet

_SHOWN = 12


def fit_nrm(
    file: Path,
    out: Path | None = None,
    sheets: Sequence[str] = (),
    columns: Sequence[str] = (),
    tables: Sequence[str] = (),
    until: str = "",
) -> Path:
    """Read a file, write the overlay, and print what it changes.

    Parameters
    ----------
    file : Path
        Quarterly tables (ODS, XLSX, or one of them as CSV), or the record-level extract.
    out : Path, optional
        The overlay to write; by default ``nrm.yaml`` in the current folder.
    sheets, columns : sequence of str
        ``name=sheet`` and ``name=heading``, where the file names them otherwise.
    tables : sequence of str
        Tables to read; by default all four of a workbook, or the one of a CSV file.
    until : str
        ``YYYY-MM-DD``: quarters that begin later are left out.

    Returns
    -------
    Path
        The overlay.

    Raises
    ------
    SimError
        With sheet and cell, if anything cannot be read for certain.
    """
    from rich.console import Console

    from sim.fit.overlay import differences, write

    overlay, read = overlay_of(
        file, _pairs(sheets, "--sheet"), _pairs(columns, "--column"), tables, _day(until)
    )
    target, overrides = write(overlay, (out or Path("nrm.yaml")).expanduser().absolute())
    console = Console()

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    for line in read:
        say(line)
    changed = differences(overlay)
    count = sum(map(len, changed.values()))
    say(
        f"{count} values differ from those that are shipped, in {len(changed)} of {len(overlay.changes)} "
        f"parameters."
    )
    for path, rows in list(changed.items())[:_SHOWN]:
        first = rows[0]
        say(f"  {path}: {len(rows)}, first from {first['from']}: {first['shipped']} -> {first['fitted']}")
    for note in overlay.notes:
        say(f"Note: {note}")
    say(f"The overlay: {target}")
    say(f"To use it: xargs -a {overrides} cliffedge run")
    return target


def overlay_of(
    file: Path,
    sheets: dict[str, str],
    columns: dict[str, str],
    tables: Sequence[str] = (),
    until: date | None = None,
) -> tuple[Overlay, list[str]]:
    """Read a file of either kind; the overlay, and a line for each table read."""
    from sim.fit.nrm_tables import WANTED
    from sim.fit.overlay import add_handling, from_tables
    from sim.fit.record_level import handling, is_record_level, quarters_of, read_cases
    from sim.fit.sheets import read_sheets

    _known([*sheets, *tables], list(WANTED))
    found = read_sheets(file)
    own = next((sheet for sheet in found if is_record_level(sheet, columns)), None)
    if own is not None:
        cases = read_cases(own, columns)
        quarterly = quarters_of(cases)
        overlay = from_tables(quarterly, file, until)
        add_handling(overlay, handling(cases))
        told = ", ".join((min(quarterly["referrals"]), max(quarterly["referrals"])) if quarterly else ())
        return overlay, [f"Record level: {len(cases.referred):,} cases; whole quarters {told or 'none'}."]
    read = _tables(found, sheets, tables)
    lines = [
        f"Table of {name}: {min(rows)} to {max(rows)}, {len(rows)} quarters." for name, rows in read.items()
    ]
    return from_tables(read, file, until), lines


def _tables(found: Sequence[Sheet], sheets: dict[str, str], tables: Sequence[str]) -> dict[str, Quarters]:
    """The tables asked for; of a single sheet, the one that it is."""
    from sim.fit.nrm_tables import WANTED, read_table
    from sim.fit.sheets import FileMistake

    wanted = list(tables) or list(sheets) or list(WANTED)
    if len(found) == 1 and not tables:
        if sheets:
            wanted, found = list(sheets), [*found]
        else:
            for name in WANTED:
                try:
                    return {name: read_table(found, WANTED[name])}
                except FileMistake as error:
                    if "no sheet whose title holds" not in str(error):
                        raise
            raise FileMistake(
                f"{found[0].file}: its title names none of the tables. Say which it is: --sheet "
                f"NAME={found[0].name}, NAME one of {', '.join(WANTED)}"
            )
    return {name: read_table(found, WANTED[name], sheets.get(name, "")) for name in wanted}


def _known(given: Sequence[str], allowed: list[str]) -> None:
    for name in given:
        if name not in allowed:
            raise SimError(f"table {name!r} is unknown; allowed: {', '.join(allowed)}")


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise SimError(f"{option} {text}; allowed: {option} NAME=WHAT_THE_FILE_CALLS_IT")
        pairs[name] = value
    return pairs


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SimError(f"--until {text}; allowed: a date as YYYY-MM-DD, for example 2022-12-31") from None
