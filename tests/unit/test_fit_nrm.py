"""`cliffedge fit nrm`: every number of a file arrives, and whatever is doubtful stops with sheet and cell."""

import zipfile
from datetime import date

import pytest
import yaml

from sim.config.compose import baseline
from sim.errors import SimError
from sim.fit.commands import fit_nrm, overlay_of
from sim.fit.nrm_tables import WANTED, read_table
from sim.fit.overlay import check, differences
from sim.fit.record_level import handling, quarters_of, read_cases
from sim.fit.sheets import FileMistake, address, read_sheets
from tests import nrm_files
from tests.nrm_files import numbers

Q2 = 4 * 2024 + 2
ROW_2024_Q2 = 4 + 5 + 2  # of the tables of decisions: title rows, a year, a total and a quarter


@pytest.fixture
def book():
    return nrm_files.workbook()


@pytest.fixture(params=["ods", "xlsx"])
def file(request, tmp_path, book):
    writer = nrm_files.write_ods if request.param == "ods" else nrm_files.write_xlsx
    return writer(tmp_path / f"nrm.{request.param}", book)


def test_every_number_of_a_workbook_arrives(file):
    overlay, read = overlay_of(file, {}, {})
    assert read == [f"Table of {name}: 2023Q1 to 2024Q4, 8 quarters." for name in WANTED]
    changes = overlay.changes
    assert changes["people.arrivals.published.child"]["2024-04-01"] == numbers(Q2, 1, 2) + numbers(Q2, 1, 3)
    assert changes["people.arrivals.declined"]["2024-04-01"] == numbers(Q2, 0, 4)
    no, yes = numbers(Q2, 0, 0), numbers(Q2, 0, 1)
    assert changes["decisions.reasonable_grounds.positive.adult"]["2024-04-01"] == round(yes / (yes + no), 4)
    every = sum(numbers(Q2, age, kind) for age in range(3) for kind in (0, 1))
    assert changes["decisions.conclusive_grounds.capacity_per_quarter"]["2024-04-01"] == every
    assert changes["decisions.conclusive_grounds.positive.overall_from"] == {"": "2025-01-01"}
    assert "people.arrivals.projection_from" not in changes  # the shipped record reaches further


def test_the_overlay_makes_exactly_these_parameters(file):
    overlay, _ = overlay_of(file, {}, {})
    fitted, shipped = check(overlay), baseline()
    day = date(2024, 4, 1)
    capacity = fitted.decisions.conclusive_grounds.capacity_per_quarter
    assert (
        capacity.at(day) == overlay.changes["decisions.conclusive_grounds.capacity_per_quarter"]["2024-04-01"]
    )
    assert capacity.at(date(2022, 4, 1)) == shipped.decisions.conclusive_grounds.capacity_per_quarter.at(
        date(2022, 4, 1)
    )
    assert fitted.decisions.reasonable_grounds.positive.overall_from == date(2025, 1, 1)
    assert fitted.support == shipped.support


def test_a_file_of_the_shipped_values_changes_nothing(tmp_path):
    shipped = baseline().people.arrivals.published
    name, rows = nrm_files.referrals(first=2021, years=1)
    for k, row in enumerate(rows[3:]):
        day = date(2021, 3 * k + 1, 1)
        values = [getattr(shipped, age).at(day) for age in ("adult", "child", "unknown")]
        row[2:] = [cell for value in values for cell in (0.0, value, value)] + [sum(values)]
    overlay, _ = overlay_of(nrm_files.write_ods(tmp_path / "same.ods", {name: rows}), {}, {})
    assert list(overlay.changes) == [
        f"people.arrivals.published.{age}" for age in ("adult", "child", "unknown")
    ]
    assert differences(overlay) == {}


def test_one_table_as_csv_is_known_by_its_title(tmp_path):
    _, rows = nrm_files.decisions("conclusive grounds", "Table_28")
    overlay, read = overlay_of(nrm_files.write_csv(tmp_path / "cg.csv", rows), {}, {})
    assert read == ["Table of cg: 2023Q1 to 2024Q4, 8 quarters."]
    assert all(path.startswith("decisions.conclusive_grounds") for path in overlay.changes)


def test_quarters_after_a_day_are_left_out(file):
    overlay, _ = overlay_of(file, {}, {}, (), date(2023, 12, 31))
    assert max(overlay.changes["people.arrivals.declined"]) == "2023-10-01"
    assert "decisions.conclusive_grounds.positive.overall_from" not in overlay.changes  # as it is shipped


def test_later_quarters_move_the_projection_on(tmp_path):
    file = nrm_files.write_xlsx(tmp_path / "new.xlsx", nrm_files.workbook(first=2026, years=1))
    overlay, _ = overlay_of(file, {}, {})
    assert overlay.changes["people.arrivals.projection_from"] == {"": "2027-01-01"}
    assert check(overlay).people.arrivals.projection_from == date(2027, 1, 1)
    assert any("projected_per_quarter" in note for note in overlay.notes)


# ---------------------------------------------------------------------------------------- what is refused
def put(book, sheet, row, column, value):
    book[sheet][row][column] = value


def rename(book):
    put(book, "Table_16", 3, 3, "Positive RG")


def suppress(mark):
    def change(book):
        put(book, "Table_28", ROW_2024_Q2, 2, mark)

    return change


MISTAKES = {
    "renamed column": (
        rename,
        r"Table_16', row 4: the column “adult \(18 or over\) / positive reasonable grounds” is missing or "
        r"renamed. Columns found: C4",
    ),
    "suppressed *": (suppress("*"), r"Table_28', cell C12: '\*' stands for a number that was suppressed"),
    "suppressed ..": (suppress(".."), r"Table_28', cell C12: '\.\.' stands for a number"),
    "suppressed [c]": (suppress("[c]"), r"Table_28', cell C12: '\[c\]' stands for a number"),
    "note in a number": (
        suppress("139 [note 3]"),
        r"Table_28', cell C12: '139 \[note 3\]' is a number with a note",
    ),
    "empty cell": (
        suppress(None),
        r"Table_28', cell C12 is empty; allowed: a number. Nothing is put in its place",
    ),
    "half a person": (suppress(1.5), r"Table_28', cell C12: 1.5; allowed: a whole number"),
    "parts that do not add up": (
        suppress(9.0),
        r"Table_28', cell E12: the total is \d+, but D12 \+ C12 make \d+ \(a difference of \+\d+\)",
    ),
    "wrong quarter": (
        lambda book: put(book, "Table_34", 4, 1, "Q7"),
        r"Table_34', cell B5: 'Q7'; allowed: Q1",
    ),
    "quarter twice": (
        lambda book: put(book, "Table_34", 3, 1, "Q1"),
        r"Table_34', cell B4: 2023Q1 is given twice, here and in row 3",
    ),
    "year that is none": (
        lambda book: put(book, "Table_34", 6, 0, "last year"),
        r"Table_34', cell A7: 'last year'; allowed: a year",
    ),
    "missing quarter": (
        lambda book: book["Table_34"].pop(4),
        r"Table_34': 2023Q3 missing between 2023Q1 and 2024Q4",
    ),
    "no table": (
        lambda book: book.pop("Table_28"),
        r"no sheet whose title holds “conclusive grounds decisions”.*--sheet cg=Table_",
    ),
    "two tables": (
        lambda book: book.update(Table_99=book["Table_34"]),
        r"the table of dtn could be Table_34, Table_99; name one: --sheet dtn=",
    ),
    "no headings": (
        lambda book: book["Table_34"].pop(1),
        r"Table_34': no row of headings begins with Year and Quarter",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_what_is_doubtful_stops_with_sheet_and_cell(tmp_path, book, case, kind):
    change, words = MISTAKES[case]
    change(book)
    writer = nrm_files.write_ods if kind == "ods" else nrm_files.write_xlsx
    with pytest.raises(FileMistake, match=words):
        overlay_of(writer(tmp_path / f"nrm.{kind}", book), {}, {})


def test_a_years_total_that_is_not_the_sum_of_its_quarters_stops(tmp_path, book):
    total = book["Table_16"][4]
    assert total[1] == "Total"
    total[3] += 5.0  # adults positive; its group and all-ages totals are made to fit
    total[4] += 5.0
    total[-1] += 5.0
    with pytest.raises(
        FileMistake,
        match=r"cell D5: the total of 2023 is \d+, but its quarters make \d+ \(a difference of \+5",
    ):
        overlay_of(nrm_files.write_ods(tmp_path / "nrm.ods", book), {}, {})


def test_a_sheet_may_be_named_where_the_title_does_not_tell(tmp_path, book):
    book["Mine"] = book.pop("Table_34")
    book["Mine"][0][0] = "Something else"
    file = nrm_files.write_ods(tmp_path / "nrm.ods", book)
    with pytest.raises(FileMistake, match="table of dtn"):
        overlay_of(file, {}, {})
    sheets = read_sheets(file)
    assert read_table(sheets, WANTED["dtn"], "mine")["2024Q2"]["all_total"] == numbers(Q2, 0, 4)
    with pytest.raises(FileMistake, match="no sheet 'Table_35'; allowed: Contents"):
        read_table(sheets, WANTED["dtn"], "Table_35")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nrm.pdf", b"%PDF", r"files ending in .pdf cannot be read; allowed: .ods, .xlsx, .csv"),
        ("nrm.ods", b"not a zip file", "is no OpenDocument spreadsheet"),
        ("nrm.xlsx", b"not a zip file", "is no spreadsheet"),
        ("nrm.csv", "Année".encode("latin-1"), "is no UTF-8; nearest: save it as UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileMistake, match=words):
        read_sheets(path)
    with pytest.raises(FileMistake, match="There is no file"):
        read_sheets(tmp_path / "absent.ods")


def test_entities_are_refused_before_they_are_read(tmp_path, book):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(FileMistake, match="declares a document type"):
        read_sheets(nrm_files.write_ods(tmp_path / "nrm.ods", book, before=bomb))
    outside = '<!DOCTYPE x SYSTEM "file:///etc/hostname">'
    with pytest.raises(FileMistake, match="declares a document type"):
        read_sheets(nrm_files.write_ods(tmp_path / "other.ods", book, before=outside))


def test_a_damaged_or_missing_content_is_refused(tmp_path):
    path = tmp_path / "nrm.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<office:document-content")
    with pytest.raises(FileMistake, match="xml is damaged"):
        read_sheets(path)


def test_cells_are_addressed_as_a_spreadsheet_does():
    assert [address(0, 0), address(11, 25), address(11, 26), address(0, 701), address(0, 702)] == [
        "A1", "Z12", "AA12", "ZZ1", "AAA1",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------- record level
def test_handling_times_of_an_extract_are_recovered_with_open_cases_censored(tmp_path):
    cases = read_cases(read_sheets(nrm_files.record_level(tmp_path / "extract.csv", people=4000))[0])
    assert 0 < (cases.rg == float("inf")).sum() < 200
    (told,) = handling(cases).values()
    # 4,000 draws of a lognormal with median 6 and sigma 1.35, days rounded: about 4 standard errors
    assert told[0] == pytest.approx(6.0, abs=0.6)
    assert told[1] == pytest.approx(1.35, abs=0.12)
    assert told[2] == 4000


def test_quarterly_numbers_of_an_extract_are_its_cases(tmp_path):
    sheet = read_sheets(nrm_files.record_level(tmp_path / "extract.csv"))[0]
    cases = read_cases(sheet)
    found = quarters_of(cases)
    assert min(found["referrals"]) == "2021Q1"
    assert sum(row["all_total"] for row in found["referrals"].values()) == 900
    in_2021q2 = [
        row
        for row in sheet.rows[1:]
        if row[3] == "positive" and "2021-04" <= row[4] < "2021-07" and row[2] == "adult"
    ]
    assert found["rg"]["2021Q2"]["adult_positive"] == len(in_2021q2)
    overlay, _ = overlay_of(tmp_path / "extract.csv", {}, {})
    assert overlay.changes["decisions.reasonable_grounds.handling_sigma"].keys() == {"2014-01-01"}
    check(overlay)


def broken_extract(tmp_path, change):
    rows = [list(row) for row in read_sheets(nrm_files.record_level(tmp_path / "x.csv", people=40))[0].rows]
    change(rows)
    return nrm_files.write_csv(tmp_path / "y.csv", rows)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda rows: rows[0].__setitem__(4, "date_rg"),
            r"no column 'rg_date' .*Say what it is called: --column rg_date=",
        ),
        (
            lambda rows: rows[1].__setitem__(1, "01/02/2021"),
            r"cell B2: '01/02/2021'; allowed: a day as YYYY-MM-DD",
        ),
        (
            lambda rows: rows[1].__setitem__(2, "grown-up"),
            r"cell C2: 'grown-up'; allowed: adult, child, unknown",
        ),
        (
            lambda rows: rows[1].__setitem__(4, "2019-01-01"),
            r"cell E2: this day is before the step that it follows",
        ),
        (lambda rows: rows[1].__setitem__(4, None), r"cell E2 is empty, but the rg decision is there"),
        (lambda rows: rows[1].__setitem__(3, "[c]"), r"cell D2: '\[c\]'; allowed: positive, negative"),
    ],
)
def test_a_doubtful_case_stops_with_its_cell(tmp_path, change, words):
    with pytest.raises(FileMistake, match=words):
        overlay_of(broken_extract(tmp_path, change), {}, {})


def test_a_column_may_be_called_otherwise(tmp_path):
    file = broken_extract(tmp_path, lambda rows: rows[0].__setitem__(4, "DateOfRG"))
    cases = read_cases(read_sheets(file)[0], {"rg_date": "dateofrg"})
    assert len(cases.rg) == 40
    with pytest.raises(FileMistake, match=r"--column when=\.\.\.: allowed: referral_date"):
        read_cases(read_sheets(file)[0], {"when": "dateofrg"})


# ---------------------------------------------------------------------------------------------- the command
def test_the_command_writes_overlay_and_overrides_that_say_the_same(tmp_path, file, capsys):
    target = fit_nrm(file, tmp_path / "mine.yaml")
    content = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert content["source"]["file"] == file.name
    assert len(content["source"]["sha256"]) == 64
    assert content["differences_from_shipped"]["people.arrivals.declined"][0]["from"] == "2023-01-01"
    lines = (tmp_path / "mine.overrides").read_text(encoding="utf-8").splitlines()
    assert not any(" " in line or "'" in line for line in lines)  # one word each, for xargs
    overlay, _ = overlay_of(file, {}, {})
    assert baseline(tuple(lines)) == check(overlay)
    told = capsys.readouterr().out
    assert "values differ from those that are shipped" in told
    assert "xargs -a" in told


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sheets": ["Table_16"]}, "--sheet Table_16; allowed: --sheet NAME="),
        ({"sheets": ["rgs=Table_16"]}, "table 'rgs' is unknown; allowed: referrals, rg, cg, dtn"),
        ({"until": "2022"}, "--until 2022; allowed: a date as YYYY-MM-DD"),
        ({"until": "2019-12-31"}, "nothing to fit is left"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(tmp_path, book, given, words):
    file = nrm_files.write_ods(tmp_path / "nrm.ods", book)
    with pytest.raises(SimError, match=words):
        fit_nrm(file, tmp_path / "out.yaml", **given)
    assert not (tmp_path / "out.yaml").exists()
