"""Replications to a precision: the rule on hand-made sequences, the experiment that grows, what is said."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.errors import SimError
from sim.experiment import growing, precise, precision, runner, store
from sim.experiment.compare import interval
from sim.experiment.intervals import bootstrap_interval, holm, t_intervals
from sim.experiment.plan import Plan
from sim.experiment.precision import Rule, Series, Target, beyond_chance, narrowings, needed, verdict
from sim.present import precision as page
from tests.fake_engine import FakeModel, make_plan

METRIC = "insecure_days_year_1"
WIDTH, NARROWER = 0.77, 0.73


def rule(half_width: float = 1.0, **given: object) -> Rule:
    return Rule((Target(METRIC, half_width),), **given)  # type: ignore[arg-type]


def planned(replications: int, workers: int = 1, band_replications: int = 1) -> Plan:
    return make_plan(
        replications=replications,
        workers=workers,
        band_replications=band_replications,
        run_id=f"{replications:012d}",
    )


def narrow(text: str) -> np.ndarray:
    """``..xx``: too wide twice, then narrow enough twice."""
    return np.array([letter == "x" for letter in text])


# ------------------------------------------------------------------------------------------------ the rule
@pytest.mark.parametrize(
    ("seen", "look_ahead", "status", "first", "stop"),
    [
        ("....xxx", 2, "reached", 5, 7),
        ("xxxxxxx", 2, "reached", 3, 5),  # never before the minimum
        ("...xx.xxxx", 2, "reached", 7, 9),  # too wide again within the look-ahead: it starts afresh
        ("....x..", 0, "reached", 5, 5),
        ("....xx", 2, "not reached", None, None),  # more are to be run
        ("..........", 2, "not reached", None, 10),  # the maximum
        (".........x", 2, "unconfirmed", 10, 10),
        ("xx........", 0, "not reached", None, 10),
    ],
)
def test_the_rule_stops_where_the_precision_is_reached_and_stays(
    seen: str, look_ahead: int, status: str, first: int | None, stop: int | None
) -> None:
    found = verdict(narrow(seen), rule(minimum=3, maximum=10, look_ahead=look_ahead))
    assert (found.status, found.first, found.stop) == (status, first, stop)


def test_beyond_a_hundred_replications_the_look_ahead_grows_with_their_number() -> None:
    seen = narrow("." * 199 + "x" * 60)
    assert verdict(seen, rule(maximum=1000, look_ahead=5)).stop == 200 + 10
    assert verdict(narrow("." * 99 + "x" * 60), rule(maximum=1000, look_ahead=5)).stop == 100 + 5


def test_intervals_after_each_replication_are_those_of_the_comparison() -> None:
    values = np.random.default_rng(3).normal(1e9, 1.0, 40)  # far from zero: no digits may cancel
    mean, half = t_intervals(values)
    for count in (2, 3, 17, 40):
        low, high = interval(values[:count].tolist())  # type: ignore[misc]
        assert (mean[count - 1] - half[count - 1], mean[count - 1] + half[count - 1]) == pytest.approx(
            (low, high), abs=1e-5
        )
    assert np.isnan(half[0])


def test_what_was_not_measured_is_left_out_and_equal_differences_have_no_width() -> None:
    mean, half = t_intervals(np.array([np.nan, 2.0, np.nan, 4.0]))
    assert np.isnan(mean[0])
    assert np.isnan(half[2])
    assert (mean[1], mean[3]) == (2.0, 3.0)
    assert t_intervals(np.full(5, 0.1))[1][1:].tolist() == [0.0] * 4


def test_a_width_may_be_a_share_of_the_level_under_todays_rules() -> None:
    series = Series("option", METRIC, np.array([1.0, 2.0, 3.0]), np.array([-90.0, -100.0, -110.0]))
    asked = Rule((Target(METRIC, 0.02, of_today=True),), minimum=3)
    (found,) = narrowings((series,), asked, 1)
    assert found.wanted[-1] == pytest.approx(2.0)
    assert needed((found,), asked) == 5  # half-width 2.48 from three: 3 * (2.48 / 2)^2 = 4.6


def test_together_widens_each_interval_and_alone_does_not() -> None:
    assert rule(together=True).level_of_each(5) == pytest.approx(0.99)
    assert rule().level_of_each(5) == 0.95
    assert "0.25 are expected to miss" in page.what_it_covers(rule(), 5)
    assert "99.00% t interval (Bonferroni)" in page.what_it_covers(rule(together=True), 5)


def test_holm_goes_down_from_the_smallest() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    nothing = Series("a", METRIC, np.zeros(4), np.ones(4))
    plain = Series("b", METRIC, np.array([2.0, 2.1, 1.9, 2.0]), np.ones(4))
    found = beyond_chance((nothing, plain))
    assert found.adjusted["a", METRIC] == 1.0
    assert found.adjusted["b", METRIC] == pytest.approx(2 * found.raw["b", METRIC])
    assert found.raw["b", METRIC] < 0.001


def test_the_bootstrap_leans_to_the_long_side_and_repeats_itself() -> None:
    skewed = np.random.default_rng(1).lognormal(0.0, 1.0, 40)
    low, high = bootstrap_interval(skewed, seed=7)  # type: ignore[misc]
    assert high - skewed.mean() > 1.2 * (skewed.mean() - low)
    assert bootstrap_interval(skewed, seed=7) == (low, high)
    assert bootstrap_interval(skewed, seed=8) != (low, high)
    assert bootstrap_interval(np.ones(5), seed=7) == (1.0, 1.0)
    assert bootstrap_interval(np.array([0.0] * 9 + [1.0]), seed=7) is None  # a third of resamples all nought


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"minimum": 2}, "minimum = 2; allowed: 3 or more; nearest: 3"),
        ({"maximum": 5}, "maximum = 5; allowed: 10 (the minimum) to 10000; nearest: 10"),
        ({"look_ahead": -1}, "look-ahead = -1; allowed: 0 or more; nearest: 0"),
        ({"method": "bayes"}, "interval 'bayes'; allowed: t or bootstrap; nearest: t"),
    ],
)
def test_a_mistaken_rule_is_refused_by_name(given: dict[str, object], said: str) -> None:
    with pytest.raises(SimError) as error:
        rule(**given)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "insecure_day_year_1=2",
            "no such outcome; allowed: those of docs/outcomes.md; nearest: insecure_days",
        ),
        (METRIC, f"nearest: --precision {METRIC}=1%"),
        (f"{METRIC}=-1", "a number above 0"),
        (f"{METRIC}=nan", "a number above 0"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_nearest(asked: str, said: str) -> None:
    with pytest.raises(SimError) as error:
        precise.rule_of([asked], 10, 200, 5, "t", False)
    assert said in str(error.value)


def test_what_was_typed_becomes_the_rule() -> None:
    typed = precise.rule_of([f"{METRIC} = 1.5", "harm_by_day_365=2%"], 4, 9, 1, "bootstrap", True)
    targets = (Target(METRIC, 1.5), Target("harm_by_day_365", 0.02, of_today=True))
    assert typed == Rule(targets, 4, 9, 1, "bootstrap", True)
    with pytest.raises(SimError, match="is given 2 times"):
        precise.rule_of([f"{METRIC}=1", f"{METRIC}=2"], 4, 9, 1, "t", False)
    with pytest.raises(SimError, match="Allowed: one of the two"):
        precise.compare(["experiment.replications=3"], [], None, False, typed)


# --------------------------------------------------------------------------------- an experiment that grows
def files_of(path: Path) -> dict[str, object]:
    return dict(store.load(path).manifest["files"])


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[growing.Grown, list[str], Path]:
    """A result grown to a half-width of 0.77 days, and what was really run for it."""
    root = tmp_path_factory.mktemp("results")
    diary = root / "diary"
    asked = rule(WIDTH, minimum=4, maximum=60, look_ahead=2)
    found = growing.grow(planned, asked, FakeModel(diary=diary), root)
    return found, diary.read_text().splitlines(), root


def test_a_grown_result_is_that_of_a_comparison_with_so_many_replications(
    grown: tuple[growing.Grown, list[str], Path], tmp_path: Path
) -> None:
    found, diary, root = grown
    stop, first = found.verdict.stop, found.verdict.first
    assert found.verdict.status == "reached"
    assert stop is not None
    assert first is not None
    assert stop == first + 2 > 6  # precise at 5 too, but not at 6: that did not count
    histories = [line for line in diary if line.startswith("history central")]
    assert len(set(histories)) == len(histories) >= stop  # nothing is run twice
    fresh = runner.run(planned(stop), FakeModel(), tmp_path)
    assert files_of(found.path) == files_of(fresh)
    assert [path.name for path in root.glob("*.parts")] == []
    (each,) = found.narrowings
    assert (each.half <= WIDTH)[first - 1 :].all()
    assert each.half[first - 2] > WIDTH
    assert len(each.mean) == stop


def test_how_many_replications_there_are_does_not_depend_on_how_many_run_at_once(
    grown: tuple[growing.Grown, list[str], Path], tmp_path: Path
) -> None:
    found, _, _ = grown
    asked = rule(WIDTH, minimum=4, maximum=60, look_ahead=2)
    other = growing.grow(partial(planned, workers=5), asked, FakeModel(), tmp_path)
    assert other.verdict == found.verdict
    assert files_of(other.path) == files_of(found.path)


def test_a_narrower_width_goes_on_from_the_result_there_is(
    grown: tuple[growing.Grown, list[str], Path], tmp_path: Path
) -> None:
    import shutil

    found, _, root = grown
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    diary = tmp_path / "second"
    asked = rule(NARROWER, minimum=4, maximum=60, look_ahead=2)
    further = growing.grow(planned, asked, FakeModel(diary=diary), tmp_path)
    assert found.verdict.stop is not None
    assert further.verdict.stop is not None
    assert further.verdict.stop > found.verdict.stop
    run = {int(line.split()[2]) for line in diary.read_text().splitlines() if line.startswith("history cen")}
    assert min(run) == found.verdict.stop
    assert not [line for line in diary.read_text().splitlines() if line.startswith("history stay")]
    fresh = runner.run(planned(further.verdict.stop), FakeModel(), tmp_path / "fresh")
    assert files_of(further.path) == files_of(fresh)


def test_a_damaged_result_is_not_gone_on_from(tmp_path: Path) -> None:
    first = runner.run(planned(2), FakeModel(), tmp_path)
    outcomes = first / "outcomes.parquet"
    outcomes.write_bytes(outcomes.read_bytes()[:-9] + b"\0" * 9)
    diary = tmp_path / "diary"
    path = runner.run(planned(3), FakeModel(diary=diary), tmp_path)
    assert sum(line.startswith("history central") for line in diary.read_text().splitlines()) == 3
    assert files_of(path) == files_of(runner.run(planned(3), FakeModel(), tmp_path / "fresh"))


def test_a_growing_experiment_that_was_killed_goes_on_where_it_was(
    grown: tuple[growing.Grown, list[str], Path], tmp_path: Path
) -> None:
    asked, diary = rule(WIDTH, minimum=4, maximum=60, look_ahead=2), tmp_path / "diary"
    with pytest.raises(runner.RunFailed, match="SIGKILL"):
        growing.grow(planned, asked, FakeModel(diary=diary, trouble={"option": "kill"}), tmp_path)
    (kept,) = tmp_path.glob("growing-*.parts/*.part")
    assert kept.name.startswith("central-0-baseline")
    further = growing.grow(planned, asked, FakeModel(diary=diary), tmp_path)
    assert diary.read_text().count("history central 0") == 2
    assert diary.read_text().count("baseline central") == grown[1].count(
        "baseline central"
    )  # kept, not rerun
    assert (further.verdict, files_of(further.path)) == (grown[0].verdict, files_of(grown[0].path))


def test_results_of_another_source_or_seed_are_left_alone(tmp_path: Path) -> None:
    runner.run(planned(2), FakeModel(), tmp_path)
    other = planned(3)
    renamed = tuple(
        replace(unit, runs=tuple(replace(run, key="x" + run.key) for run in unit.runs))
        for unit in other.units
    )
    diary = tmp_path / "diary"
    runner.run(replace(other, units=renamed), FakeModel(diary=diary), tmp_path)
    assert sum(line.startswith("history central") for line in diary.read_text().splitlines()) == 3


def test_the_maximum_without_the_precision_is_said_with_what_it_would_take(tmp_path: Path) -> None:
    asked = rule(0.05, minimum=4, maximum=6, look_ahead=2)
    found = growing.grow(partial(planned, band_replications=0), asked, FakeModel(), tmp_path)
    assert (found.verdict.status, found.verdict.stop) == ("not reached", 6)
    said = page.verdict_in_words(asked, found.verdict, found.narrowings)
    assert said.startswith(
        "The maximum of 6 replications was reached without the precision asked for: 1 of 1"
    )
    assert "an extrapolation, not a promise" in said


def test_a_measure_that_no_run_yields_is_refused(tmp_path: Path) -> None:
    for metric, said in (
        ("insecure_days_yaer_1", f"nearest: {METRIC}"),
        ("never_measured", "was not measured"),
    ):
        asked = Rule((Target(metric, 1.0),), minimum=3, maximum=4)
        with pytest.raises(SimError, match=said):
            growing.grow(partial(planned, band_replications=0), asked, FakeModel(), tmp_path)


# ------------------------------------------------------------------------------------------------- the page
def test_the_page_shows_the_way_in_picture_words_and_numbers(
    grown: tuple[growing.Grown, list[str], Path],
) -> None:
    found, _, _ = grown
    shown = page.content(store.load(found.path))
    assert shown["verdict"].startswith(f"Stopped after {found.verdict.stop} replications: at ")
    picture = shown["figure_block"]
    half = f"±{found.narrowings[0].half[-1]:.3f} days after {found.verdict.stop}, ±0.770 asked for"
    assert half in picture.alt
    assert [row[2] for row in picture.table.rows][-1] == str(found.verdict.stop)
    html = page.write(found.path).read_text(encoding="utf-8")
    assert '<img src="data:image/svg+xml;base64,' in html
    assert "Were there enough replications?" in html
    stored = growing.narrowings_of(store.load(found.path))
    assert stored[1] == found.verdict
    assert np.array_equal(stored[2][0].half, found.narrowings[0].half, equal_nan=True)


def test_a_result_that_was_not_grown_has_no_such_page(tmp_path: Path) -> None:
    path = runner.run(planned(2, band_replications=0), FakeModel(), tmp_path)
    with pytest.raises(SimError, match="was not grown to a precision"):
        page.write(path)


def test_the_figure_is_the_same_bytes_again(grown: tuple[growing.Grown, list[str], Path]) -> None:
    result = store.load(grown[0].path)
    assert page.content(result)["figure_block"].uri == page.content(result)["figure_block"].uri


# ------------------------------------------------------------------------------- what it promises, tried out
def waits(rng: np.random.Generator, shape: tuple[int, ...], customers: int) -> tuple[np.ndarray, float]:
    """Mean waits of M/M/1 queues begun in their steady state, faster minus slower service, same numbers.

    Lindley's recursion from a stationary first wait (0 with probability 1 - rho, else exponential with rate
    mu - lambda): every customer's mean wait is then exactly rho / (mu - lambda), and so is the mean's.
    """
    arrivals, slow, fast = 0.6, 1.0, 1.15
    start, length = rng.random(shape), rng.exponential(1.0, shape)
    lines = {}
    for rate in (slow, fast):
        rho = arrivals / rate
        lines[rate] = np.where(start < rho, length / (rate - arrivals), 0.0)
    total = {rate: np.zeros(shape) for rate in lines}
    for _ in range(customers):
        service, gap = rng.exponential(1.0, shape), rng.exponential(1 / arrivals, shape)
        for rate, wait in lines.items():
            total[rate] += wait
            lines[rate] = np.maximum(wait + service / rate - gap, 0.0)
    truth = arrivals / fast / (fast - arrivals) - arrivals / slow / (slow - arrivals)
    return (total[fast] - total[slow]) / customers, truth


def covered(values: np.ndarray, truths: np.ndarray, asked: Rule) -> np.ndarray:
    """Whether the interval at the stop holds the truth; values (experiments, series, n) -> (e, s)."""
    level = asked.level_of_each(values.shape[1])
    mean, half = t_intervals(values, level)
    held = []
    widths = np.array([target.half_width for target in asked.targets])
    for k in range(len(values)):
        found = verdict((half[k] <= widths[:, None]).all(axis=0), asked)
        assert found.status == "reached", "more values are needed for this width"
        at = (found.stop or 0) - 1
        held.append(np.abs(mean[k, :, at] - truths) <= half[k, :, at])
    return np.array(held)


def binomial(n: int, probability: float) -> tuple[int, int]:
    """Where the number of successes lies with probability 99%."""
    from scipy.stats import binom

    low, high = binom.interval(0.99, n, probability)
    return int(low), int(high)


@pytest.mark.deep
def test_stopping_at_a_precision_keeps_the_promised_coverage() -> None:
    """Two hundred experiments each, on models whose true difference is known."""
    rng = np.random.default_rng(20260401)
    experiments = 200
    low, high = binomial(experiments, 0.95)

    queue, truth = waits(rng, (experiments, 1, 150), 2000)
    found = covered(queue, np.array([truth]), Rule((Target("wait", 0.03),), 10, 150, 5))
    assert low <= found.sum() <= high, f"M/M/1: {found.mean():.3f}"

    # Three measures of one cohort move together; each interval alone, then all at once.
    own, common = rng.normal(0, 1, (experiments, 3, 300)), rng.normal(0, 1, (experiments, 1, 300))
    truths, spreads = np.array([-6.0, 0.0, 0.02]), np.array([5.0, 2.0, 0.03])
    values = truths[:, None] + spreads[:, None] * (0.6 * own + 0.8 * common)
    targets = tuple(Target(name, width) for name, width in (("a", 1.2), ("b", 0.5), ("c", 0.01)))
    alone = covered(values, truths, Rule(targets, 10, 300, 5))
    for k in range(3):
        assert low <= alone[:, k].sum() <= high, f"measure {k}: {alone[:, k].mean():.3f}"
    together = covered(values, truths, Rule(targets, 10, 300, 5, together=True))
    assert together.all(axis=1).sum() >= low, f"together: {together.all(axis=1).mean():.3f}"
    assert alone.all(axis=1).sum() < together.all(axis=1).sum()


@pytest.mark.deep
def test_without_minimum_and_look_ahead_stopping_breaks_the_promise() -> None:
    """Why the rule has both: an interval that happens to be narrow is believed too soon."""
    rng = np.random.default_rng(7)
    values = rng.normal(0, 1, (2000, 1, 200))
    hasty = covered(values, np.zeros(1), Rule((Target("a", 0.5),), 3, 200, 0)).mean()
    patient = covered(values, np.zeros(1), Rule((Target("a", 0.5),), 10, 200, 5)).mean()
    assert hasty < binomial(2000, 0.95)[0] / 2000 < patient


@pytest.mark.deep
def test_the_bootstrap_covers_the_mean_of_a_skewed_difference() -> None:
    """At forty replications of a lognormal difference the studentised bootstrap keeps its level."""
    rng = np.random.default_rng(11)
    values = rng.lognormal(0.0, 0.6, (500, 40))
    ends = [bootstrap_interval(row, seed=k) for k, row in enumerate(values)]
    held = sum(low <= np.exp(0.18) <= high for low, high in filter(None, ends))
    low, high = binomial(500, 0.95)
    assert low <= held <= high, f"{held / 500:.3f}"


def test_the_rule_is_told_of_no_series_it_did_not_ask_for() -> None:
    series = Series("option", METRIC, np.array([np.nan, np.nan]), np.ones(2))
    with pytest.raises(SimError, match="not measured under option in any of 2 replications"):
        precision.narrowings((series,), rule(), 1)
