"""Published targets as data: whole, true to the files they were copied from, and walled off by role."""

import ast
import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import SimError
from sim.validate import fitted, record, target
from sim.validate.published import folder
from sim.validate.published import record as published_record

ROOT = Path(__file__).resolve().parents[2]
NOT_IN_TARGETS_CSV = {("cg_backlog", "2021Q4"), ("main_duty_per_relief", "2025/26")}
"""One is kept as a target of its own day, the other is listed as not compared: its year was not complete."""

COPIES = {
    ("cg_wait", "mean"): "cg_wait_mean",
    ("cg_wait", "median"): "cg_wait_median",
    ("rg_wait", "median"): "rg_wait_median",
}


@pytest.fixture(autouse=True)
def forget():
    record.every_target.cache_clear()
    yield
    record.every_target.cache_clear()


def by_id():
    return {one.id: one for one in record.every_target()}


def test_every_figure_of_the_comparison_page_is_a_target_with_the_same_value():
    found = by_id()
    days = {"in_support:2017Q3": "in_support:2017-08-31", "in_support:2018Q1": "in_support:2018-03-31"}
    checked = 0
    for figure in published_record():
        if (figure.measure, figure.period) in NOT_IN_TARGETS_CSV:
            continue
        name = COPIES.get((figure.measure, figure.statistic), figure.measure)
        if name == "cg_wait_median" and "Q" in figure.period:
            name = "cg_wait_median_quarter"
        own = found[days.get(f"{name}:{figure.period}", f"{name}:{figure.period}")]
        assert own.value == figure.value, figure
        assert (own.source, own.confidence) == (figure.source, figure.confidence), figure
        checked += 1
    assert checked == len(published_record()) - len(NOT_IN_TARGETS_CSV)
    assert found["backlog_7_january_2022:2022-01-07"].value == 24499


def test_yearly_shares_are_those_of_the_quarterly_table():
    with (folder() / "nrm_quarterly_2014_2023.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = by_id()
    for stage in ("rg", "cg"):
        for year in ("2014", "2019", "2023"):
            own = [row for row in rows if row["quarter"].startswith(year)]
            yes, no = (
                sum(
                    int(value)
                    for row in own
                    for name, value in row.items()
                    if name.startswith(f"{stage}_") and name.endswith(word)
                )
                for word in ("positive", "negative")
            )
            assert found[f"{stage}_positive_share:{year}"].value == pytest.approx(yes / (yes + no), abs=5e-5)


def test_every_target_says_what_it_is_and_has_one_role():
    for one in record.every_target():
        assert one.definition, one.id
        assert one.role in target.ROLES, one.id
        assert one.unit != "share" or one.denominator or one.group.startswith(("cg_wait", "pilots")), one.id
    roles = {one.id: one.role for one in record.every_target()}
    assert roles["cg_backlog:2022Q4"] == "fitted"
    assert roles["cg_backlog:2023Q4"] == "blind_only"
    assert roles["in_support:2017-08-31"] == "predicted"
    assert all(one.reason and one.published for one in record.untested())
    assert any("after the conclusive decision" in one.what for one in record.untested())


def test_every_mechanism_belongs_to_a_target():
    groups = {one.group for one in record.every_target()}
    assert set(record.mechanisms()) <= groups
    wheres = ("In the model. ", "In the comparison. ", "In the data. ")
    assert [name for name, words in record.mechanisms().items() if not words.startswith(wheres)] == []
    other = {one.group for one in record.every_target() if one.counts != "same"}
    assert other == {
        "duties_started",
        "asylum_prevention_share",
        "main_duty_per_relief",
        "acceptances_ratio",
    }


def broken(tmp_path, monkeypatch, text, role="predicted", name="support.yaml"):
    copy = tmp_path / "targets"
    shutil.copytree(target.targets_folder(), copy)
    (copy / role / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(target, "targets_folder", lambda: copy)
    return copy


ONE = """role: predicted
targets:
  a:
    title: A
    series: a
    unit: {unit}
    definition: d
    source: {source}
    confidence: published
    values: {{"2019": {value}}}
{more}"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "persons"}, "unit = 'persons'; allowed: people"),
        ({"source": "S999"}, "source = 'S999'; allowed:"),
        ({"value": "many"}, "value = 'many'; allowed: a number"),
        ({"more": "    counts: most\n"}, "counts = 'most'; allowed: same, lower_bound, other_group"),
        ({"unit": "share", "value": 53}, "allowed: a share from 0 to 1"),
        (
            {"more": "    defintion: x\n"},
            "'defintion' is unknown, did you mean definition|'defintion' is unknown",
        ),
    ],
)
def test_a_mistaken_target_is_refused_by_name(tmp_path, monkeypatch, change, words):
    text = ONE.format(**({"unit": "people", "source": "S1", "value": 5, "more": ""} | change))
    broken(tmp_path, monkeypatch, text)
    with pytest.raises(SimError, match=words) as told:
        target.read_role("predicted")
    assert "targets/predicted/support.yaml" in str(told.value)


def test_a_file_in_the_wrong_folder_is_refused(tmp_path, monkeypatch):
    broken(tmp_path, monkeypatch, ONE.format(unit="people", source="S1", value=5, more=""), role="fitted")
    with pytest.raises(SimError, match="role = 'predicted', but it lies in the folder fitted"):
        fitted.fitted_only()


# ------------------------------------------------------------------------------------------------- the wall
def test_fitting_code_gets_fitted_targets_and_no_others():
    own = fitted.fitted_only()
    assert own
    assert {one.role for one in own} == {"fitted"}
    others = {one.id for one in record.every_target() if one.role != "fitted"}
    assert others
    assert not others & {one.id for one in own}


def test_the_fitted_view_does_not_need_the_other_folders(tmp_path, monkeypatch):
    whole = fitted.fitted_only()
    copy = broken(tmp_path, monkeypatch, "}not yaml{")
    shutil.rmtree(copy / "blind_only")
    assert fitted.fitted_only() == whole
    with pytest.raises(SimError):
        record.every_target()


def test_the_fitted_view_opens_no_file_of_another_role():
    """Every file that the process opens is noted by an audit hook, which cannot be avoided from Python."""
    script = (
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == 'open' else None)\n"
        "from sim.validate.fitted import fitted_only\n"
        "assert fitted_only()\n"
        "print('\\n'.join(name for name in seen if 'targets' in name))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    opened = {Path(name).parent.name for name in told.stdout.split() if name.endswith(".yaml")}
    assert opened == {"fitted"}


ALLOWED_OF_VALIDATE = {"sim.validate.fitted"}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_fitting_module_imports_anything_of_the_validation_but_the_fitted_view():
    for path in sorted((ROOT / "sim" / "fit").glob("*.py")):
        names = {name for name in imports_of(path) if name.startswith("sim.validate")}
        assert all(any(name.startswith(own) for own in ALLOWED_OF_VALIDATE) for name in names), (path, names)
        text = path.read_text(encoding="utf-8")
        assert "blind_only" not in text, path
        assert "predicted/" not in text, path
    names = set(imports_of(ROOT / "sim" / "validate" / "fitted.py"))
    assert {name for name in names if name.startswith("sim.")} <= {
        "sim.validate.target",
        "sim.validate.target.Target",
        "sim.validate.target.read_role",
    }
