"""The validation as a whole: every target has a quantity, worlds stay apart, the page says it all."""

from datetime import date
from types import SimpleNamespace

import pytest

from sim.config.compose import baseline
from sim.errors import SimError
from sim.experiment.plan import BASELINE, CENTRAL
from sim.present import validation
from sim.validate.commands import in_words, targets_table, validate
from sim.validate.findings import Findings, findings
from sim.validate.fluid import ORDERS
from sim.validate.known import check_nothing_later
from sim.validate.machinery import FLUID, ValidationModel
from sim.validate.plan import CUTS, NOTHING, PILOTS, PRECEDENT, of_validate
from sim.validate.record import every_target
from sim.validate.score import Score, summary
from sim.validate.words import UNTESTED, of_role, warning

FROM_OPTIONS = ("pilots_", "main_duty_per_relief", "acceptances_ratio")
SMALL = ("people.arrivals.multiplier=0.005", "experiment.engine=reference")


@pytest.fixture(scope="module")
def rows():
    of = baseline(
        (*SMALL, "policy.start=2025-12-31", "experiment.horizon=2026-01-01", "experiment.options=[]")
    )
    model = ValidationModel()
    people = model.people(of, 1, 0)
    log = model.past(people, of, 1, 0).continue_with(of)
    return model.measure(people, log, True, of).calendar


def test_every_target_has_a_quantity_of_its_series_and_period(rows):
    held = {(series, period) for series, period, _ in rows}
    absent = [
        one.id
        for one in every_target()
        if (one.series, one.period) not in held and not one.series.startswith(FROM_OPTIONS)
    ]
    assert absent == []


def test_the_benchmark_stands_beside_the_model_under_its_own_name(rows):
    names = {series for series, _, _ in rows}
    for order in ORDERS:
        assert f"{FLUID}{order}/cg_backlog" in names
    one = [(series, period) for series, period, _ in rows]
    assert len(one) == len(set(one))


def test_the_plan_keeps_reconstruction_projections_traces_and_options_apart():
    plan = of_validate(SMALL, 3, 1)
    worlds = [unit.world for unit in plan.units]
    assert [worlds.count(name) for name in (CENTRAL, *CUTS, PILOTS, PRECEDENT, NOTHING)] == [3, 3, 3, 3, 3, 1]
    for unit in plan.units:
        assert unit.runs[0].scenario == BASELINE
        if (
            unit.world in CUTS and unit.replication == 0
        ):  # frozen: only the known values and steps at the last one
            cg = unit.before.decisions.conclusive_grounds.capacity_per_quarter
            assert cg.at(date(2025, 10, 1)) == cg.at(CUTS[unit.world])
    keys = [run.key for unit in plan.units for run in unit.runs]
    assert len(keys) == len(set(keys))
    with pytest.raises(SimError):
        check_nothing_later(
            next(unit.before for unit in plan.units if unit.world == CENTRAL), CUTS["blind_2022"]
        )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((("policy.start=2020-01-01",), 2, 1), "policy.start=2020-01-01: a validation fixes it"),
        (((), 1, 1), "--replications 1, traces 1; allowed: 2 or more"),
    ],
)
def test_what_a_validation_fixes_cannot_be_set(given, words):
    with pytest.raises(SimError, match=words):
        of_validate(*given)


def test_a_rehearsal_says_so():
    assert "nothing here is comparable" in warning({"people": {"arrivals": {"multiplier": 0.01}}})
    assert warning({"people": {"arrivals": {"multiplier": 1}}}) == ""


def test_the_terminal_shows_every_target_whatever_its_verdict():
    scores = tuple(Score(one, 0) for one in every_target())
    assert targets_table(scores).row_count == len(every_target())
    told = Findings(scores, {}, (), ())

    stored = SimpleNamespace(config={"people": {"arrivals": {"multiplier": 1}}})
    assert in_words(told, stored) == []
    assert f"{len(scores)} not measured" in of_role("predicted", summary(scores))


@pytest.mark.deep
def test_a_small_validation_from_command_to_page(tmp_path, capsys):
    from sim.experiment import store

    path = validate(SMALL, 2, 1, tmp_path)
    found = findings(store.load(path))
    assert {one.target.id for one in found.reconstruction} == {one.id for one in every_target()}
    # so small a world has quarters in which nobody is decided or leaves asylum accommodation
    measured = [one.target.id for one in found.reconstruction if one.hit is None]
    assert [
        one
        for one in measured
        if not one.startswith(("pilots", "cg_positive", "reconsidered", "asylum_prevention"))
    ] == []
    assert [one.name for one in found.projections] == list(CUTS)
    for one in found.projections:
        assert all(int(score.target.period[:4]) > one.day.year for score in one.scores)
        assert set(one.compared) == set(ORDERS)
    page = (path / validation.FILE_NAME).read_text(encoding="utf-8")
    for words in (UNTESTED, "(a) Reconstruction", "(b) Blind projections", "This is a rehearsal"):
        assert words in page.replace("&#39;", "'")
    for one in every_target():
        assert one.title in page, one.id
    assert "http" not in page.replace("http-equiv", "")
    again = validate(SMALL, 2, 1, tmp_path)
    assert again == path
    assert "Blind from 2022-12-31" in capsys.readouterr().out
