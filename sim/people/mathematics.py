"""Our own ln, exp and normal quantile, with the same bits on every processor and in every engine.

Library logarithms differ between Python, NumPy, Numba and processor features, and one different bit changes
a waiting time and then an order. So each polynomial below is written once, as a *core* of + - * / alone; the
same function object runs on floats, on arrays and, compiled by `sim.people.compiled_chance`, in kernels.
The thin wrappers around the cores choose branches with exact operations (frexp, ldexp, floor, sqrt, compare).
Not a general library: no other function is offered, and no time or choice may use another.
"""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", float, NDArray[np.float64])

SQRT_HALF = 0.7071067811865476
INVERSE_LN_2 = 1.4426950408889634
frexp, ldexp = math.frexp, math.ldexp
"""A number's half-open fraction and power of two, and back; in kernels the names stand for other forms."""
EXP_LARGEST = 709.782712893384
"""exp of this is the largest finite answer; above it the answer is infinity."""
EXP_SMALLEST = -708.0
"""Below this exp answers 0.0 rather than a subnormal number, which not every system rounds alike."""


# ---------------------------------------------------------------- cores: one source for every form


def ln_core(m: Real, k: Real) -> Real:
    """ln(m * 2**k) for m in [sqrt(1/2), sqrt(2)) and whole k, floats or arrays.

    With f = m - 1 and s = f / (2 + f), ln(m) = 2 artanh(s) = f - s (f - R); R is an even polynomial in s, the
    Chebyshev interpolant of degree 7 in s*s, computed with 60 digits and rounded. ln 2 is held in two parts,
    so that k times the first is exact.
    """
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 0.15331710618210773 + z * 0.14616585424888623
    r = 0.2222221113025988 + z * (0.18182889455674947 + z * r)
    r = z * (0.666666666666667 + z * (0.39999999999899444 + z * (0.2857142862600327 + z * r)))
    half_square = 0.5 * f * f
    correction = s * (half_square + r) + k * 1.9082149292705877e-10
    return k * 0.6931471803691238 - ((half_square - correction) - f)


def exp_core(x: Real, k: Real) -> Real:
    """exp(x - k ln 2), for whole k within half of x / ln 2, floats or arrays; the answer is in [0.7, 1.42].

    With r = x - k ln 2 (in two parts), exp(r) = 1 + 2 r / (R - r) where R = r coth(r / 2) is even; R is the
    Chebyshev interpolant of degree 5 in r*r, computed with 60 digits and rounded.
    """
    high = x - k * 0.6931471803691238
    low = k * 1.9082149292705877e-10
    r = high - low
    t = r * r
    p = 6.613756471665357e-05 + t * (-1.653406009991112e-06 + t * 4.143769423035882e-08)
    c = r - t * (0.1666666666666666 + t * (-0.0027777777777564486 + t * p))
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high)


def ndtri_centre_core(q: Real) -> Real:
    """AS241 PPND16 for abs(q) <= 0.425, where q = u - 1/2; floats or arrays."""
    r = 0.180625 - q * q
    above = 3.3430575583588128105e4 + r * 2.5090809287301226727e3
    above = 4.5921953931549871457e4 + r * (6.7265770927008700853e4 + r * above)
    above = 1.9715909503065514427e3 + r * (1.3731693765509461125e4 + r * above)
    above = 3.3871328727963666080e0 + r * (1.3314166789178437745e2 + r * above)
    below = 2.8729085735721942674e4 + r * 5.2264952788528545610e3
    below = 2.1213794301586595867e4 + r * (3.9307895800092710610e4 + r * below)
    below = 6.8718700749205790830e2 + r * (5.3941960214247511077e3 + r * below)
    below = 1.0 + r * (4.2313330701600911252e1 + r * below)
    return q * above / below


def ndtri_shoulder_core(root: Real) -> Real:
    """AS241 PPND16, size of the quantile for root = sqrt(-ln(tail)) up to 5; floats or arrays."""
    r = root - 1.6
    above = 2.27238449892691845833e-2 + r * 7.74545014278341407640e-4
    above = 1.27045825245236838258e0 + r * (2.41780725177450611770e-1 + r * above)
    above = 5.76949722146069140550e0 + r * (3.64784832476320460504e0 + r * above)
    above = 1.42343711074968357734e0 + r * (4.63033784615654529590e0 + r * above)
    below = 5.47593808499534494600e-4 + r * 1.05075007164441684324e-9
    below = 1.48103976427480074590e-1 + r * (1.51986665636164571966e-2 + r * below)
    below = 1.67638483018380384940e0 + r * (6.89767334985100004550e-1 + r * below)
    below = 1.0 + r * (2.05319162663775882187e0 + r * below)
    return above / below


def ndtri_tail_core(root: Real) -> Real:
    """AS241 PPND16, size of the quantile for root = sqrt(-ln(tail)) above 5; floats or arrays."""
    r = root - 5.0
    above = 2.71155556874348757815e-5 + r * 2.01033439929228813265e-7
    above = 2.65321895265761230930e-2 + r * (1.24266094738807843860e-3 + r * above)
    above = 1.78482653991729133580e0 + r * (2.96560571828504891230e-1 + r * above)
    above = 6.65790464350110377720e0 + r * (5.46378491116411436990e0 + r * above)
    below = 1.42151175831644588870e-7 + r * 2.04426310338993978564e-15
    below = 7.86869131145613259100e-4 + r * (1.84631831751005468180e-5 + r * below)
    below = 1.36929880922735805310e-1 + r * (1.48753612908506148525e-2 + r * below)
    below = 1.0 + r * (5.99832206555887937690e-1 + r * below)
    return above / below


# ---------------------------------------------------------------- one number (also compiled)


def ln(x: float) -> float:
    """Natural logarithm, within 1 unit in the last place.

    Parameters
    ----------
    x : float
        Above zero; infinity answers infinity.

    Raises
    ------
    ValueError
        If x is zero, negative or not a number.
    """
    if not x > 0.0:
        raise ValueError("ln needs a number above zero")
    if x == math.inf:
        return x
    m, k = frexp(x)
    if m < SQRT_HALF:  # as often as not: so short that a processor need not guess
        m, k = m * 2.0, k - 1
    return ln_core(m, k * 1.0)


def exp(x: float) -> float:
    """The exponential function, within 1 unit in the last place.

    Answers 0.0 below `EXP_SMALLEST` and infinity above `EXP_LARGEST`; not-a-number answers itself.
    """
    if x < EXP_SMALLEST:
        return 0.0
    if x > EXP_LARGEST:
        return math.inf
    if x != x:
        return x
    k = math.floor(x * INVERSE_LN_2 + 0.5)
    return ldexp(exp_core(x, k * 1.0), k)


def ndtri(u: float) -> float:
    """Standard normal quantile: the z for which a standard normal is below z with chance u.

    Parameters
    ----------
    u : float
        Strictly between 0 and 1.

    Raises
    ------
    ValueError
        If u is not strictly between 0 and 1.

    References
    ----------
    Wichura, M. J. (1988). Algorithm AS 241: the percentage points of the normal distribution. Applied
    Statistics 37(3), 477-484 (routine PPND16, relative error about 1 in 10**16 before rounding).
    """
    if not 0.0 < u < 1.0:
        raise ValueError("ndtri needs a number strictly between 0 and 1")
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        return ndtri_centre_core(q)
    root = math.sqrt(-ln(u if q < 0.0 else 1.0 - u))
    size = ndtri_shoulder_core(root) if root <= 5.0 else ndtri_tail_core(root)
    return -size if q < 0.0 else size


# ---------------------------------------------------------------- arrays


def ln_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """`ln` of every element, bit for bit; any shape.

    Raises
    ------
    ValueError
        If any element is zero, negative or not a number.
    """
    if not np.all(x > 0.0):
        raise ValueError("ln needs a number above zero")
    m, exponent = np.frexp(x)
    low = m < SQRT_HALF
    m = np.where(low, m * 2.0, m)
    k = exponent - np.where(low, 1.0, 0.0)
    with np.errstate(invalid="ignore"):
        answer = ln_core(m, k)
    return np.where(x == np.inf, x, answer)


def exp_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """`exp` of every element, bit for bit; any shape."""
    ordinary = (x >= EXP_SMALLEST) & (x <= EXP_LARGEST)
    inside = np.where(ordinary, x, 0.0)
    k = np.floor(inside * INVERSE_LN_2 + 0.5)
    answer = np.ldexp(exp_core(inside, k), k.astype(np.int32))
    answer = np.where(x < EXP_SMALLEST, 0.0, answer)
    answer = np.where(x > EXP_LARGEST, np.inf, answer)
    return np.where(np.isnan(x), x, answer)


def ndtri_array(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """`ndtri` of every element, bit for bit; any shape.

    Raises
    ------
    ValueError
        If any element is not strictly between 0 and 1.
    """
    if not np.all((u > 0.0) & (u < 1.0)):
        raise ValueError("ndtri needs a number strictly between 0 and 1")
    q = u - 0.5
    centre = (q >= -0.425) & (q <= 0.425)
    answer = np.empty(u.shape, dtype=np.float64)
    answer[centre] = ndtri_centre_core(q[centre])
    outside = ~centre
    below_half = q[outside] < 0.0
    root = np.sqrt(-ln_array(np.where(below_half, u[outside], 1.0 - u[outside])))
    near = root <= 5.0
    size = np.empty(root.shape, dtype=np.float64)
    size[near] = ndtri_shoulder_core(root[near])
    size[~near] = ndtri_tail_core(root[~near])
    answer[outside] = np.where(below_half, -size, size)
    return answer
