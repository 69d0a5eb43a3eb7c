"""How a kernel is made: the one decorator of the compiled engine. Importing it imports Numba.

Fast-math is off, so a kernel adds and multiplies in the written order. Kernels take everything as arguments
and touch no global that changes. Only the few that are called from Python keep a wrapper and a place in the
cache (`entry`); the others live inside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

from sim.people.compiled_chance import OPTIONS

_INNER: Final[dict[str, Any]] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_ENTRY: Final[dict[str, Any]] = {**OPTIONS, "cache": True, "no_cfunc_wrapper": True}

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function that other kernels call."""
    return cast(F, numba.njit(**_INNER)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls; it is kept in the cache, with all that it calls."""
    return cast(F, numba.njit(**_ENTRY)(function))
