"""The arithmetic of studies against functions whose answer is known, with chance added to them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.errors import SimError
from sim.study import crossing, information, morris, regret, sobol, variance
from sim.study.products import across

Floats = NDArray[np.float64]


def noisy(exact: Floats, replications: int, sigma: float, seed: int, common: float = 0.0) -> Floats:
    """Figures with chance: a part that all settings share in a replication, and one of their own."""
    chance = np.random.default_rng(seed)
    shared = common * chance.standard_normal(replications)
    return exact[..., None] + shared + sigma * chance.standard_normal((*exact.shape, replications))


def ishigami(unit: Floats) -> Floats:
    x = np.pi * (2 * unit - 1)
    made: Floats = np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])
    return made


def sobol_g(unit: Floats) -> Floats:
    a = np.array([0.0, 1.0, 4.5, 99.0])
    made: Floats = ((np.abs(4 * unit - 2) + a) / (1 + a)).prod(-1)
    return made


def of_ishigami() -> tuple[list[float], list[float], float]:
    a, b, pi = 7.0, 0.1, math.pi
    whole = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5
    one, both = 0.5 * (1 + b * pi**4 / 5) ** 2, b**2 * pi**8 * (1 / 18 - 1 / 50)
    first = [one / whole, a**2 / 8 / whole, 0.0]
    return first, [first[0] + both / whole, first[1], both / whole], whole


def of_g() -> tuple[list[float], list[float], float]:
    parts = [1 / 3 / (1 + a) ** 2 for a in (0.0, 1.0, 4.5, 99.0)]
    whole = math.prod(1 + part for part in parts) - 1
    rest = [math.prod(1 + other for other in parts) / (1 + part) for part in parts]
    first = [part / whole for part in parts]
    return first, [part * others / whole for part, others in zip(parts, rest, strict=True)], whole


@pytest.mark.parametrize(("function", "known"), [(ishigami, of_ishigami()), (sobol_g, of_g())])
def test_shares_of_variance_are_those_of_the_function_though_chance_is_as_large(function, known) -> None:  # type: ignore[no-untyped-def]
    first, total, whole = known
    base, other, mixed = sobol.design(len(first), 1024, 7)
    sigma = math.sqrt(whole)  # chance as large as everything else
    # One noise for all points: the same replications, with chance of their own and a common part.
    points = np.concatenate([base[None], other[None], mixed])
    values = noisy(function(points), 4, sigma, 8, common=3 * sigma)
    found = sobol.shares(values[0], values[1], values[2:], seed=1, resamples=199)
    assert found.variance == pytest.approx(whole, rel=0.1)
    assert found.first == pytest.approx(first, abs=0.08)
    assert found.total == pytest.approx(total, abs=0.08)
    assert (found.total_ends[0] < np.array(total) + 0.02).all()
    assert (found.total_ends[1] > np.array(total) - 0.02).all()


def test_what_does_nothing_is_given_nothing_on_average_and_nothing_is_clipped() -> None:
    found = []
    for seed in range(60):
        base, other, mixed = sobol.design(2, 16, seed)
        values = noisy(np.concatenate([base[None], other[None], mixed])[..., 0], 3, 0.4, seed)
        found.append(sobol.shares(values[0], values[1], values[2:], seed=1, resamples=9).total[1] * 1.0)
    spread = np.std(found) / math.sqrt(len(found))
    assert abs(np.mean(found)) < 4 * spread
    assert min(found) < 0, "an estimate below 0 is shown"


def test_morris_effects_of_a_line_are_its_slopes_and_chance_is_taken_out_of_the_squares() -> None:
    slopes = np.array([3.0, -2.0, 0.0])
    points = morris.design(3, 20, 5)
    every = [
        morris.effects(points, noisy(points @ slopes, 4, 1.0, seed, common=5.0), seed=2, resamples=199)
        for seed in range(60)
    ]
    for found, known in (("mean", slopes), ("square", slopes**2)):
        values = np.array([getattr(one, found) for one in every])
        error = values.std(0, ddof=1) / math.sqrt(len(values))
        assert (np.abs(values.mean(0) - known) < 4 * error).all()
    assert np.mean([one.mean_absolute[2] for one in every]) > 0.5, (
        "the usual measure takes chance for an effect"
    )
    assert min(one.square[2] for one in every) < 0
    assert all(one.square_ends[0, 0] > 0 for one in every)


def test_one_replication_cannot_tell_chance_from_settings() -> None:
    with pytest.raises(SimError, match=r"replications = 1; allowed: 2 or more"):
        across(np.zeros((3, 1)), np.zeros((3, 1)))
    with pytest.raises(SimError, match=r"rows = 100; allowed: powers of two from 4 on; nearest: 128"):
        sobol.design(2, 100, 1)


# ----------------------------------------------------------------------------------------- parts of variance
def drawn_parts(seed: int, draws: int, crossed: bool) -> Floats:
    """Structures -1, 0, 1; parameters N(0, 2**2); chance: common 1.5 and own 1."""
    chance = np.random.default_rng(seed)
    theta = 2 * chance.standard_normal((1 if crossed else 3, draws)) * np.ones((3, 1))
    exact = np.array([-1.0, 0.0, 1.0])[:, None] + theta
    return noisy(exact, 3, 1.0, seed + 10_000, common=1.5)


@pytest.mark.parametrize("crossed", [True, False])
def test_parts_of_variance_are_recovered_without_bias(crossed: bool) -> None:
    known = {"structure": 1.0, "parameters": 4.0, "chance": 1.0 + 1.5**2}
    found = np.array(
        [[part.variance for part in variance.split(drawn_parts(s, 12, crossed))] for s in range(120)]
    )
    error = found.std(0, ddof=1) / math.sqrt(len(found))
    assert (np.abs(found.mean(0) - list(known.values())) < 4 * error).all()


def test_the_interval_of_the_parameters_part_covers_as_promised() -> None:
    hits = 0
    for seed in range(120):
        part = variance.split(drawn_parts(seed, 40, True))[1]
        hits += part.low <= 4.0 <= part.high
    assert hits >= 102, "95% intended; jackknife intervals of a variance cover a little less"


def test_a_single_structure_has_no_structural_part() -> None:
    assert [part.name for part in variance.split(np.zeros((1, 3, 2)))] == ["parameters", "chance"]
    with pytest.raises(SimError, match="2 of 18 figures are undefined"):
        variance.split(np.where(np.arange(18).reshape(2, 3, 3) < 2, np.nan, 1.0))


# -------------------------------------------------------------------------------------- value of information
def loss(mean: float, sd: float) -> float:
    """What perfect information on a normal difference is worth when the sure thing is 0."""
    z = abs(mean) / sd
    return sd * (math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * 0.5 * math.erfc(z / math.sqrt(2)))


def gaussian(draws: int, seed: int) -> tuple[Floats, Floats]:
    """Two options, 0 and 1 + 3 x - 2 y, in three standard normal parameters."""
    theta = np.random.default_rng(seed).standard_normal((draws, 3))
    return theta, np.stack([np.zeros(draws), 1 + 3 * theta[:, 0] - 2 * theta[:, 1]], 1)


def test_perfect_information_in_the_gaussian_case_lies_between_its_bounds() -> None:
    _, exact = gaussian(4000, 3)
    low, high = information.perfect(noisy(exact, 4, 2.0, 4))
    known = loss(1.0, math.sqrt(13))
    assert low < known < high
    close = information.perfect(noisy(exact, 4, 0.001, 4))
    assert close == pytest.approx((known, known), rel=0.06)


def test_partial_information_in_the_gaussian_case_is_the_closed_form() -> None:
    theta, exact = gaussian(600, 5)
    benefits = noisy(exact, 2, 2.0, 6).mean(-1)
    for place, sd in ((0, 3.0), (1, 2.0)):
        found = information.partial(theta[:, [place]], benefits, seed=1)
        assert found.low < loss(1.0, sd) < found.high
        assert found.value == pytest.approx(loss(1.0, sd), abs=0.2)
        assert found.value > 5 * found.by_chance
    nothing = information.partial(theta[:, [2]], benefits, seed=1)
    assert nothing.value < 0.05
    both = information.partial(theta[:, :2], benefits, seed=1)
    assert both.value == pytest.approx(loss(1.0, math.sqrt(13)), abs=0.25)


def test_a_bend_is_followed() -> None:
    x = np.linspace(-2, 2, 200)
    fitted = information.smooth(x[:, None], np.stack([x * 0, np.sin(2 * x)], 1))
    assert np.abs(fitted[10:-10, 1] - np.sin(2 * x[10:-10])).max() < 0.15


# ---------------------------------------------------------------------------------- thresholds and regret
def test_the_interval_of_a_root_covers_it_as_often_as_promised() -> None:
    settings, hits = np.array([0.0, 100.0, 200.0, 300.0]), 0
    for seed in range(400):
        values = noisy(40 - 0.1 * settings, 6, 2.0, seed, common=4.0)
        found = crossing.root(settings, values, 25.0)
        hits += found.low <= 150.0 <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_flat_curve_has_no_two_ends_and_a_bend_is_seen() -> None:
    settings = np.array([0.0, 1.0, 2.0])
    flat = crossing.root(settings, noisy(np.zeros(3), 5, 1.0, 1), 0.1)
    assert not flat.known
    bent = crossing.root(settings, noisy(settings**2, 8, 0.05, 2), 2.0)
    assert bent.bend < 0.001
    assert crossing.brackets(settings, noisy(settings, 4, 0.01, 3), 1.5) == [1]
    with pytest.raises(SimError, match=r"replications = 2; allowed: 3 or more"):
        crossing.root(settings, np.zeros((3, 2)), 0.0)


def test_regret_by_hand() -> None:
    benefits = np.array([[1.0, 3.0, 0.0], [4.0, 2.0, 0.0], [5.0, 5.0, 0.0], [0.0, 9.0, 0.0]])
    first, second, third = regret.standings(benefits)
    assert (first.best, second.best, third.best) == (0.375, 0.625, 0.0)
    assert (first.worst, first.worst_world, first.mean) == (9.0, 3, 2.75)
    assert (second.worst, second.worst_world) == (2.0, 1)
    assert third.best_ends[0] == 0.0 < third.best_ends[1] < 0.6
    assert regret.wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
