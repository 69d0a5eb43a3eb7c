"""How a kernel is made: the one decorator of the compiled engine. Importing it imports Numba.

Fast-math is off, so a kernel adds and multiplies in the written order. Kernels take everything as arguments
and touch no global that changes. Only the few that are called from Python keep a wrapper and a place in the
cache (`entry`); the others live inside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
from numba.extending import intrinsic

from sim.people.compiled_chance import OPTIONS

_LEAN: Final[dict[str, Any]] = {**OPTIONS, "no_cfunc_wrapper": True, "_nrt": False}
"""No kernel makes an array, so none counts references to one."""
_INNER: Final[dict[str, Any]] = {**_LEAN, "no_cpython_wrapper": True}
_ENTRY: Final[dict[str, Any]] = {**_LEAN, "cache": True}

FETCHED: Final = 704
"""Bytes of a record that are fetched beforehand: of a person, what most handlers read (`state.PERSON`)."""

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function that other kernels call."""
    return cast(F, numba.njit(**_INNER)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls; it is kept in the cache, with all that it calls."""
    return cast(F, numba.njit(**_ENTRY)(function))


def _fetch_soon(typing_context: Any, record: Any) -> Any:
    """Ask the processor to have a record at hand soon; changes no value.

    National runs wait for memory more than for arithmetic, and whose clock rings next is known beforehand.
    """
    from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte_pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", (byte_pointer,), kind)
        begin = builder.bitcast(arguments[0], byte_pointer)
        size = signature.args[0].size
        for offset in range(0, min(size, FETCHED), 64):
            line = builder.gep(begin, [ir.Constant(ir.IntType(64), offset)])
            builder.call(prefetch, [line, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(record), generate


fetch_soon: Any = intrinsic(_fetch_soon)
