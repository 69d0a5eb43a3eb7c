"""Keyed chance, mathematics and variates compiled by Numba, for kernels.

Import it only where a kernel is made: importing it imports Numba. Hashing is written again here, since a
kernel's 64-bit numbers wrap where Python's grow; everything else is compiled from the source that the
reference engine runs. Fast-math is off, so kernels add and multiply in the written order. In Numba a uint64
with an integer literal turns signed, and a signed argument hashes otherwise, both silently: every operand
below is cast, and every function casts its arguments first. Whether activity, visit and occasion fit their
places is not checked here: `chance.occasion_code` says what fits.
"""

import types
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from sim.engine import clock
from sim.people import chance, mathematics, variates

OPTIONS: dict[str, Any] = {"fastmath": False, "error_model": "numpy", "nogil": True}

_FIRST_FACTOR = np.uint64(chance.FIRST_FACTOR)
_SECOND_FACTOR = np.uint64(chance.SECOND_FACTOR)
_GOLDEN = np.uint64(chance.GOLDEN)
_HALF_STEP = 2.0**-52
_STEPS_A_DAY = clock.STEPS_A_DAY
_GRID = clock.GRID
_LONGEST = clock.LONGEST
_12, _24, _27, _30, _31, _44 = (np.uint64(places) for places in (12, 24, 27, 30, 31, 44))


def _mix(z: np.uint64) -> np.uint64:
    z = np.uint64(z)
    z = np.uint64(np.uint64(z ^ np.uint64(z >> _30)) * _FIRST_FACTOR)
    z = np.uint64(np.uint64(z ^ np.uint64(z >> _27)) * _SECOND_FACTOR)
    return np.uint64(z ^ np.uint64(z >> _31))


c_mix = numba.njit(**OPTIONS)(_mix)
"""`chance.mix` for a uint64."""


def _entity_key(base: np.uint64, entity: np.uint64) -> np.uint64:
    field = c_mix(np.uint64(np.uint64(entity) + _GOLDEN))
    return np.uint64(c_mix(np.uint64(np.uint64(base) ^ field)))


c_entity_key = numba.njit(**OPTIONS)(_entity_key)
"""`chance.entity_key` for a base and an entity, both uint64."""


def _uniform(key: np.uint64, activity: np.uint64, visit: np.uint64, occasion: np.uint64) -> float:
    high = np.uint64(np.uint64(activity) << _44)
    middle = np.uint64(np.uint64(visit) << _24)
    code = np.uint64(np.uint64(high | middle) | np.uint64(occasion))
    z = c_mix(np.uint64(np.uint64(key) ^ c_mix(np.uint64(code + _GOLDEN))))
    return (np.float64(np.uint64(np.uint64(z) >> _12)) + 0.5) * _HALF_STEP


c_uniform = numba.njit(**OPTIONS)(_uniform)
"""`chance.uniform` for a key, an activity, a visit and an occasion, all uint64 and all given."""


def compile_source(source: Callable[..., Any], **names: Any) -> Any:
    """Compile a function's own source, with some of the names in it standing for compiled functions.

    Parameters
    ----------
    source : function
        One-number function of plain operators, as the reference engine runs it.
    **names
        For every plain Python function that `source` calls: its compiled form, under the name used there.

    Returns
    -------
    numba dispatcher
    """
    if not isinstance(source, types.FunctionType):
        raise TypeError(f"only a plain function can be compiled from its source, not {source!r}")
    twin = types.FunctionType(
        source.__code__, {**source.__globals__, **names}, source.__name__, source.__defaults__
    )
    twin.__module__ = source.__module__
    twin.__qualname__ = source.__qualname__
    twin.__doc__ = source.__doc__
    return numba.njit(**OPTIONS)(twin)


def _frexp(x: float) -> Any:
    bits = np.float64(x).view(np.int64)
    power = (bits >> 52) & 0x7FF
    below = 0
    if power == 0:  # smaller than any number with all its digits
        below = 54
        bits = np.float64(x * 2.0**54).view(np.int64)
        power = (bits >> 52) & 0x7FF
    fraction = np.int64((bits & ~(np.int64(0x7FF) << 52)) | (np.int64(1022) << 52)).view(np.float64)
    return fraction, power - 1022 - below


c_frexp = numba.njit(**OPTIONS)(_frexp)
"""`mathematics.frexp` for a finite number that is not zero, without a call to the system's library."""


def _ldexp(m: float, k: int) -> float:
    half = np.int64(k) >> 1
    first = np.int64((half + 1023) << 52).view(np.float64)
    second = np.int64((np.int64(k) - half + 1023) << 52).view(np.float64)
    return m * first * second


c_ldexp = numba.njit(**OPTIONS)(_ldexp)
"""`mathematics.ldexp` where no number is subnormal, as in `exp`, without a call to the system's library."""

c_ln = compile_source(mathematics.ln, frexp=c_frexp, ln_core=compile_source(mathematics.ln_core))
c_exp = compile_source(mathematics.exp, ldexp=c_ldexp, exp_core=compile_source(mathematics.exp_core))
c_ndtri = compile_source(
    mathematics.ndtri,
    ln=c_ln,
    ndtri_centre_core=compile_source(mathematics.ndtri_centre_core),
    ndtri_shoulder_core=compile_source(mathematics.ndtri_shoulder_core),
    ndtri_tail_core=compile_source(mathematics.ndtri_tail_core),
)

c_unit_exponential = compile_source(variates.unit_exponential, ln=c_ln)
c_exponential = compile_source(variates.exponential, unit_exponential=c_unit_exponential)
c_weibull = compile_source(variates.weibull, exp=c_exp, ln=c_ln, unit_exponential=c_unit_exponential)
c_lognormal_from_median = compile_source(variates.lognormal_from_median, exp=c_exp, ndtri=c_ndtri)
c_lognormal_from_mean_cv = compile_source(
    variates.lognormal_from_mean_cv, ln=c_ln, lognormal_from_median=c_lognormal_from_median
)
c_uniform_between = compile_source(variates.uniform_between)
c_triangular = compile_source(variates.triangular)
c_bernoulli = compile_source(variates.bernoulli)


def _categorical(u: float, cumulative: Any) -> int:
    option = 0
    while option < len(cumulative) and not u < cumulative[option]:
        option += 1
    return option


c_categorical = numba.njit(**OPTIONS)(_categorical)
"""`variates.categorical` over a float64 array or a tuple of floats."""


def _on_grid(days: float) -> float:
    if not 0.0 <= days <= _LONGEST:
        raise ValueError("a duration must be from 0 to 2**40 days")
    steps: float = np.ceil(days * _STEPS_A_DAY)
    return max(steps, 1.0) * _GRID


c_on_grid = numba.njit(**OPTIONS)(_on_grid)
"""`clock.on_grid` for one duration [days]."""
