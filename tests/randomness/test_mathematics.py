"""ln, exp and the normal quantile against 60-digit decimal arithmetic, and at their edges."""

import itertools
import math
import random
from decimal import Decimal, getcontext, localcontext

import numpy as np
import pytest

from sim.people import mathematics
from sim.people.mathematics import exp, exp_array, ln, ln_array, ndtri, ndtri_array

DIGITS = 60
SMALLEST = 5e-324
LARGEST = 1.7976931348623157e308


@pytest.fixture(autouse=True)
def _enough_digits():
    with localcontext() as context:
        context.prec = DIGITS
        yield


def units_off(got, true):
    """Distance from the true value in units in the last place of the answer."""
    return abs(Decimal(got) - true) / Decimal(math.ulp(got))


def spread_of_positive_numbers(number):
    draw = random.Random(41)
    for _ in range(number):
        yield math.ldexp(draw.uniform(0.5, 1.0), draw.randint(-1073, 1024))
        yield draw.uniform(0.5, 2.0)
        yield 1.0 + draw.gauss(0.0, 1e-6)
        yield draw.random()


def test_ln_is_within_two_units_in_the_last_place():
    edges = [SMALLEST, 2.2250738585072014e-308, LARGEST, 0.7071067811865475, 0.7071067811865477, 2.0**-53]
    edges += [math.nextafter(1.0, 0.0), math.nextafter(1.0, 2.0)]
    worst = max(units_off(ln(x), Decimal(x).ln()) for x in [*edges, *spread_of_positive_numbers(800)])
    assert worst < 2


def test_exp_is_within_two_units_in_the_last_place():
    draw = random.Random(42)
    values = [-708.0, 709.782712893384, 0.0, 1e-300, 0.34657359, -0.34657359, 1e-9, -1e-17]
    for _ in range(800):
        values += [draw.uniform(-708.0, 709.78), draw.uniform(-1.0, 1.0), draw.gauss(0.0, 5.0)]
    assert max(units_off(exp(x), Decimal(x).exp()) for x in values) < 2


def test_ln_and_exp_are_exact_where_the_answer_is():
    assert ln(1.0) == 0.0
    assert exp(0.0) == 1.0
    assert exp(-0.0) == 1.0


def pi():
    """Machin's formula."""

    def arctangent_of_one_over(n):
        total, power, k = Decimal(0), Decimal(1) / n, 0
        while abs(power) > Decimal(10) ** -(DIGITS + 5):
            total += power / (2 * k + 1) if k % 2 == 0 else -power / (2 * k + 1)
            power /= n * n
            k += 1
        return total

    return 4 * (4 * arctangent_of_one_over(5) - arctangent_of_one_over(239))


def normal_chance_and_density(z):
    """Chance of being below z and density at z: Phi(z) = 1/2 + phi(z) (z + z**3/3 + z**5/15 + ...)."""
    density = (-z * z / 2).exp() / (2 * pi()).sqrt()
    term, total, k = z, Decimal(0), 1
    while abs(term) > Decimal(10) ** -DIGITS:
        total += term
        k += 2
        term = term * z * z / k
    return Decimal("0.5") + density * total, density


def test_normal_quantile_is_accurate_to_its_promise():
    draw = random.Random(43)
    values = [2.0**-53, 1.0 - 2.0**-53, 0.075, 0.925, 0.0749999, 0.9250001, math.exp(-25.0), 0.5 + 2.0**-50]
    for _ in range(60):
        values += [draw.random(), 2.0 ** -draw.uniform(1.0, 53.0), 1.0 - 2.0 ** -draw.uniform(1.0, 52.0)]
    worst = Decimal(0)
    for u in values:
        got = Decimal(ndtri(u))
        below, density = normal_chance_and_density(got)
        error = (below - Decimal(u)) / density  # one Newton step; the next is of order error**2
        worst = max(worst, abs(error / (got - error)))
    assert worst < Decimal("1e-15")


def test_normal_quantile_in_tails_below_the_grid_of_the_uniforms():
    # Phi(-10) and Phi(-37), by the continued fraction: phi(z)/(z + 1/(z + 2/(z + 3/(z + ...)))).
    for z in (10, 37):
        fraction = Decimal(z)
        for k in range(400, 0, -1):
            fraction = z + Decimal(k) / fraction
        density = (-Decimal(z * z) / 2).exp() / (2 * pi()).sqrt()
        assert ndtri(float(density / fraction)) == pytest.approx(-z, rel=1e-14)


def test_normal_quantile_is_odd_about_one_half():
    assert ndtri(0.5) == 0.0
    for step in range(1, 4000):
        u = step / 8192
        assert ndtri(1.0 - u) == -ndtri(u)


@pytest.mark.parametrize(
    ("function", "values"),
    [
        (ln, [2.0**k for k in range(-1070, 1024)]),
        (ln, [0.7 + k / 1e5 for k in range(1500)]),
        (exp, [k / 7 for k in range(-4950, 4950)]),
        (ndtri, [k / 20000 for k in range(1, 20000)]),
    ],
)
def test_each_rises_across_its_branches(function, values):
    answers = [function(x) for x in values]
    assert all(earlier < later for earlier, later in itertools.pairwise(answers))


@pytest.mark.parametrize("wrong", [0.0, -0.0, -1.0, -math.inf, math.nan])
def test_ln_refuses_what_has_no_logarithm(wrong):
    from sim.people.compiled_chance import c_ln

    with pytest.raises(ValueError, match="ln needs a number above zero"):
        ln(wrong)
    with pytest.raises(ValueError, match="ln needs a number above zero"):
        c_ln(wrong)
    with pytest.raises(ValueError, match="ln needs a number above zero"):
        ln_array(np.array([1.0, wrong]))


def test_kernels_take_numbers_apart_as_the_library_does() -> None:
    from sim.people.compiled_chance import c_frexp

    draw = random.Random(20260401)
    edges = [
        5e-324,
        2.0**-1022,
        math.nextafter(2.0**-1022, 0.0),
        0.5,
        1.0,
        math.nextafter(1.0, 0.0),
        2.0**1023,
    ]
    numbers = edges + [draw.random() * 10.0 ** draw.uniform(-320.0, 308.0) for _ in range(5_000)]
    for number in numbers:
        if number > 0.0:
            assert c_frexp(number) == math.frexp(number)
            assert c_frexp(-number) == math.frexp(-number)


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.5, 1.5, math.nan, math.inf])
def test_normal_quantile_refuses_what_is_no_chance(wrong):
    from sim.people.compiled_chance import c_ndtri

    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        ndtri(wrong)
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        c_ndtri(wrong)
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        ndtri_array(np.array([0.5, wrong]))


def test_edges_are_as_stated_in_every_form():
    from sim.people.compiled_chance import c_exp, c_ln

    beyond = math.nextafter(mathematics.EXP_LARGEST, math.inf)
    below = math.nextafter(mathematics.EXP_SMALLEST, -math.inf)
    cases = [beyond, math.inf, below, -math.inf, mathematics.EXP_LARGEST, mathematics.EXP_SMALLEST]
    wanted = [math.inf, math.inf, 0.0, 0.0, exp(mathematics.EXP_LARGEST), exp(mathematics.EXP_SMALLEST)]
    assert [exp(x) for x in cases] == wanted
    assert [c_exp(x) for x in cases] == wanted
    assert exp_array(np.array(cases)).tolist() == wanted
    assert wanted[4] < math.inf
    assert wanted[5] >= 2.2250738585072014e-308, "a subnormal answer rounds differently on some systems"
    assert math.isnan(exp(math.nan))
    assert math.isnan(c_exp(math.nan))
    assert np.isnan(exp_array(np.array([math.nan]))).all()
    assert ln(math.inf) == c_ln(math.inf) == ln_array(np.array([math.inf]))[0] == math.inf


def test_the_reference_has_the_digits_it_claims():
    assert getcontext().prec == DIGITS
    assert str(pi()).startswith("3.14159265358979323846264338327950288419716939937510")
