"""Variates have the mean, variance and shape that their docstrings state.

400,000 numbers each, from a seed chosen before looking; a mean or variance is judged at 4.5 standard errors
(two-sided chance 6.8e-6, also the level of the Kolmogorov-Smirnov and chi-square tests), with the standard
error from the distribution's own variance and, for variances, the fourth moment in the sample.
"""

import math

import numpy as np
import pytest

from sim.errors import SimError
from sim.people import variates
from sim.people.chance import Activity, Kind, entity_keys, root_key, uniforms

NUMBER = 400_000
BOUND = 4.5
LEVEL = 6.8e-6
U = uniforms(
    entity_keys(root_key(19250706, 0, Kind.WORLD), np.arange(NUMBER, dtype=np.uint64)), Activity.ARRIVAL_GAP
)


def weibull_moments(shape, scale):
    first = math.gamma(1 + 1 / shape)
    return scale * first, scale**2 * (math.gamma(1 + 2 / shape) - first**2)


def lognormal_moments(median, sigma):
    mean = median * math.exp(sigma**2 / 2)
    return mean, mean**2 * (math.exp(sigma**2) - 1)


CASES = {
    "unit exponential": (variates.unit_exponential_array(U), (1.0, 1.0), ("expon", {})),
    "exponential": (variates.exponential_array(U, 115.0), (115.0, 115.0**2), ("expon", {"scale": 115.0})),
    "weibull, falling hazard": (
        variates.weibull_array(U, 0.8, 60.0),
        weibull_moments(0.8, 60.0),
        ("weibull_min", {"c": 0.8, "scale": 60.0}),
    ),
    "weibull, rising hazard": (
        variates.weibull_array(U, 2.5, 45.0),
        weibull_moments(2.5, 45.0),
        ("weibull_min", {"c": 2.5, "scale": 45.0}),
    ),
    "lognormal from median": (
        variates.lognormal_from_median_array(U, 40.0, 0.6),
        lognormal_moments(40.0, 0.6),
        ("lognorm", {"s": 0.6, "scale": 40.0}),
    ),
    "lognormal from mean and cv": (
        variates.lognormal_from_mean_cv_array(U, 60.0, 0.75),
        (60.0, 45.0**2),
        ("lognorm", {"s": math.sqrt(math.log(1.5625)), "scale": 60.0 / 1.25}),
    ),
    "uniform": (
        variates.uniform_between(U, 14.0, 45.0),
        (29.5, 31.0**2 / 12),
        ("uniform", {"loc": 14.0, "scale": 31.0}),
    ),
    "triangular": (
        variates.triangular_array(U, 5.0, 30.0, 200.0),
        (235.0 / 3, (25.0**2 + 25.0 * 170.0 + 170.0**2) / 18),
        ("triang", {"c": 25.0 / 195.0, "loc": 5.0, "scale": 195.0}),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_mean_and_variance_are_those_of_theory(name):
    values, (mean, variance), _ = CASES[name]
    assert abs(values.mean() - mean) < BOUND * math.sqrt(variance / NUMBER)
    squares = (values - mean) ** 2
    assert abs(squares.mean() - variance) < BOUND * squares.std() / math.sqrt(NUMBER)


@pytest.mark.parametrize("name", CASES)
def test_the_whole_distribution_is_that_of_theory(name):
    from scipy import stats

    values, _, (distribution, parameters) = CASES[name]
    assert stats.kstest(values, getattr(stats, distribution)(**parameters).cdf).pvalue > LEVEL


@pytest.mark.parametrize("name", CASES)
def test_each_value_is_the_quantile_of_theory(name):
    from scipy import stats

    values, _, (distribution, parameters) = CASES[name]
    wanted = getattr(stats, distribution)(**parameters).ppf(U[:1000])
    np.testing.assert_allclose(values[:1000], wanted, rtol=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_more_luck_is_never_less_time(name):
    values, _, _ = CASES[name]
    assert (np.diff(values[np.argsort(U)]) >= 0.0).all()
    assert values.min() >= 0.0
    assert np.isfinite(values).all()


def test_extremes_of_the_uniform_give_finite_values():
    for u in (2.0**-53, 1.0 - 2.0**-53):
        assert 0.0 < variates.unit_exponential(u) < 37.0
        assert 0.0 < variates.lognormal_from_median(u, 40.0, 1.0) < math.inf
        assert 0.0 < variates.weibull(u, 0.7, 40.0) < math.inf
        assert 5.0 <= variates.triangular(u, 5.0, 30.0, 200.0) <= 200.0


def test_triangular_with_its_mode_at_an_end():
    for mode in (0.0, 1.0):
        values = variates.triangular_array(U, 0.0, mode, 1.0)
        assert abs(values.mean() - (1.0 + mode) / 3) < BOUND * math.sqrt(1 / 18 / NUMBER)


def test_lognormal_without_spread_is_its_mean():
    assert variates.lognormal_from_mean_cv(0.9, 60.0, 0.0) == 60.0
    median, sigma = variates.lognormal_parts(60.0, 0.75)
    assert variates.lognormal_from_median(0.3, median, sigma) == variates.lognormal_from_mean_cv(
        0.3, 60.0, 0.75
    )


@pytest.mark.parametrize("p", [0.0, 0.016, 0.63, 1.0])
def test_bernoulli_is_true_with_its_chance(p):
    share = variates.bernoulli_array(U, p).mean()
    assert abs(share - p) <= BOUND * math.sqrt(p * (1 - p) / NUMBER)


def test_categorical_chooses_by_share_and_never_what_has_none():
    from scipy import stats

    shares = [0.0, 0.21, 0.72, 0.0, 0.07, 0.0]
    chosen = np.bincount(variates.categorical_array(U, variates.cumulative_shares(shares)), minlength=6)
    assert chosen[[0, 3, 5]].tolist() == [0, 0, 0]
    possible = [1, 2, 4]
    expected = np.array([shares[option] for option in possible]) * NUMBER
    assert stats.chisquare(chosen[possible], expected).pvalue > LEVEL


def test_categorical_takes_the_first_option_whose_total_is_above():
    totals = variates.cumulative_shares([1, 1, 2])
    assert totals == (0.25, 0.5, 1.0)
    assert [variates.categorical(u, totals) for u in (0.1, 0.25, 0.49, 0.5, 1 - 2.0**-53)] == [0, 1, 1, 2, 2]


def test_running_totals_end_at_one_even_where_sums_round():
    shares = [0.1] * 10 + [0.0]
    totals = variates.cumulative_shares(shares)
    assert totals[9] == totals[10] == 1.0
    assert variates.categorical(1.0 - 2.0**-53, totals) == 9


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([0.5, -0.1, 0.6], r"share number 2 of 3 is -0.1; allowed: 0 or more, and finite; nearest: 0"),
        ([0.5, math.nan], r"share number 2 of 2 is nan"),
        ([0.0, 0.0], r"leave nothing to choose; allowed: at least one above 0"),
        ([], r"leave nothing to choose"),
    ],
)
def test_shares_that_are_none_are_refused(shares, message):
    with pytest.raises(SimError, match=message):
        variates.cumulative_shares(shares)
