"""How a kernel is made: the one decorator of the compiled engine. Importing it imports Numba.

Fast-math is off, so a kernel adds and multiplies in the written order. Kernels take everything as arguments
and touch no global that changes. Only the few that are called from Python keep a wrapper and a place in the
cache (`entry`); the others live inside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from sim.people.compiled_chance import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function that other kernels call."""
    compiled: F = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS)(function)
    return compiled


def entry(function: F) -> F:
    """Compile a function that Python calls; it is kept in the cache, with all that it calls."""
    compiled: F = numba.njit(cache=True, no_cfunc_wrapper=True, **OPTIONS)(function)
    return compiled
