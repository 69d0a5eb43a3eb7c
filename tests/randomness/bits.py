"""The bits of 100,000 uniforms, logarithms, exponentials, quantiles and variates, as digests.

The tests import `digests`; run as a program it prints them as JSON, so that the same bits can be asked for
with processor features switched off. `python tests/randomness/bits.py` shows what belongs in digest.json;
that file changes only with a stated reason, since every stored result changes with it.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import clock
from sim.people import chance, mathematics, variates

NUMBER = 100_000
BASE = chance.root_key(20140101, 3, chance.Kind.SURVIVOR)
IDS = np.arange(NUMBER, dtype=np.uint64)
KEYS = chance.entity_keys(BASE, IDS)
ADDRESS = (int(chance.Activity.HEALTH_NEED), 2, 5)
SHARES = variates.cumulative_shares([0.1, 0.0, 0.25, 0.4, 0.25])

Floats = NDArray[np.float64]


def arguments() -> dict[str, Floats]:
    """Fixed arguments that cover each function's range, made by exact operations alone."""
    first = chance.uniforms(KEYS, 1)
    second = chance.uniforms(KEYS, 2)
    return {
        "ln": np.ldexp(first, (second * 2000.0).astype(np.int32) - 1000),
        "exp": np.where(second < 0.5, (first - 0.5) * 1416.0, first * 4.0 - 2.0),
        "ndtri": np.where(second < 0.5, first, np.ldexp(first, -((second - 0.5) * 600.0).astype(np.int32))),
        "variate": first,
    }


VARIATES: dict[str, tuple[Any, ...]] = {
    "exponential": (30.0,),
    "weibull": (0.7, 115.0),
    "lognormal_from_median": (40.0, 0.8),
    "lognormal_from_mean_cv": (60.0, 1.5),
    "uniform_between": (14.0, 45.0),
    "triangular": (5.0, 30.0, 200.0),
    "bernoulli": (0.63,),
    "categorical": (SHARES,),
}


def array_values() -> dict[str, Floats]:
    """Every value by the array forms."""
    given = arguments()
    values = {
        "uniform": chance.uniforms(KEYS, *ADDRESS),
        "ln": mathematics.ln_array(given["ln"]),
        "exp": mathematics.exp_array(given["exp"]),
        "ndtri": mathematics.ndtri_array(given["ndtri"]),
    }
    for name, parameters in VARIATES.items():
        form = getattr(variates, f"{name}_array", None) or getattr(variates, name)
        values[name] = form(given["variate"], *parameters).astype(np.float64)
    values["on_grid"] = clock.on_grid_array(values["weibull"])
    return values


def scalar_values() -> dict[str, Floats]:
    """Every value by the one-number forms, in plain Python."""
    given = {name: array.tolist() for name, array in arguments().items()}
    values = {
        "uniform": _floats(
            chance.uniform(chance.entity_key(BASE, entity), *ADDRESS) for entity in range(NUMBER)
        ),
        "ln": _floats(map(mathematics.ln, given["ln"])),
        "exp": _floats(map(mathematics.exp, given["exp"])),
        "ndtri": _floats(map(mathematics.ndtri, given["ndtri"])),
    }
    for name, parameters in VARIATES.items():
        form = getattr(variates, name)
        values[name] = _floats(form(u, *parameters) for u in given["variate"])
    values["on_grid"] = _floats(clock.on_grid(days) for days in values["weibull"].tolist())
    return values


def compiled_values() -> dict[str, Floats]:
    """Every value by the forms that Numba compiles, called from within a compiled loop."""
    import numba

    from sim.people import compiled_chance as compiled

    given = arguments()
    c_entity_key, c_uniform = compiled.c_entity_key, compiled.c_uniform
    activity, visit, occasion = (np.uint64(part) for part in ADDRESS)

    @numba.njit
    def all_uniforms(base: Any, ids: Any) -> Any:
        values = np.empty(len(ids))
        for place in range(len(ids)):
            values[place] = c_uniform(c_entity_key(base, ids[place]), activity, visit, occasion)
        return values

    def loop(form: Callable[..., Any], array: Floats, *parameters: Any) -> Floats:
        @numba.njit
        def run(array: Any, parameters: Any) -> Any:
            values = np.empty(len(array))
            for place in range(len(array)):
                values[place] = form(array[place], *parameters)
            return values

        result: Floats = run(array, parameters)
        return result

    values = {
        "uniform": all_uniforms(np.uint64(BASE), IDS),
        "ln": loop(compiled.c_ln, given["ln"]),
        "exp": loop(compiled.c_exp, given["exp"]),
        "ndtri": loop(compiled.c_ndtri, given["ndtri"]),
    }
    for name, parameters in VARIATES.items():
        values[name] = loop(getattr(compiled, f"c_{name}"), given["variate"], *parameters)
    values["on_grid"] = loop(compiled.c_on_grid, values["weibull"])
    return values


FORMS = {"array": array_values, "scalar": scalar_values, "compiled": compiled_values}


def digests(form: str) -> dict[str, str]:
    """SHA-256 of the values of one form, as little-endian 64-bit floats."""
    return {
        name: hashlib.sha256(np.ascontiguousarray(array, dtype="<f8").tobytes()).hexdigest()
        for name, array in FORMS[form]().items()
    }


def processor_features() -> dict[str, bool]:
    """The processor features that NumPy sees and has not been told to leave alone."""
    try:
        from numpy._core._multiarray_umath import __cpu_features__ as features
    except ImportError:  # NumPy 1
        from numpy.core._multiarray_umath import __cpu_features__ as features
    return dict(features)


def dispatched_features() -> list[str]:
    """The processor features that this NumPy has special code for."""
    try:
        from numpy._core._multiarray_umath import __cpu_dispatch__ as dispatched
    except ImportError:  # NumPy 1
        from numpy.core._multiarray_umath import __cpu_dispatch__ as dispatched
    return list(dispatched)


def _floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64, count=NUMBER)


if __name__ == "__main__":
    report = {
        "digests": {form: digests(form) for form in (sys.argv[1:] or FORMS)},
        "features": processor_features(),
    }
    print(json.dumps(report))
