"""How a kernel is made: the decorators of the compiled engine. Importing it imports Numba.

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

MEMORY_LINE: Final = 64
"""Bytes that a processor fetches from memory together."""

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function that other kernels call."""
    return cast(F, numba.njit(**_INNER)(function))


def inlined(function: F) -> F:
    """As `kernel`, but standing in its caller's code: a call hands an array over as seven words or more."""
    return cast(F, numba.njit(**_INNER, forceinline=True)(function))


def entry(function: F) -> F:
    """Compile a function that Python calls; it is kept in the cache, with all that it calls."""
    return cast(F, numba.njit(**_ENTRY)(function))


def fetching(*lines: int) -> Any:
    """A function of a record that asks the processor to have these lines of it at hand soon; none: all.

    It changes no value. National runs wait for memory more than for arithmetic, and whose clock rings next is
    known beforehand. Lines that a record does not have are left out.
    """

    def fetch(typing_context: Any, record: Any) -> Any:
        from numba import types

        return types.void(record), _prefetches(lines)

    return intrinsic(fetch)


def _prefetches(lines: tuple[int, ...]) -> Any:
    from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte_pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", (byte_pointer,), kind)
        begin = builder.bitcast(arguments[0], byte_pointer)
        n_lines = -(-signature.args[0].size // MEMORY_LINE)
        for place in lines or range(n_lines):
            if place < n_lines:
                line = builder.gep(begin, [ir.Constant(ir.IntType(64), place * MEMORY_LINE)])
                builder.call(prefetch, [line, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return generate


fetch_soon: Any = fetching()
find_soon: Any = fetching(0)
"""As `fetch_soon`, of the first bytes only: above all, where the record is in the computer's memory."""


def _lowest_bit(typing_context: Any, mask: Any) -> Any:
    """The number of the lowest bit that is set in a mask of 64 bits; of no use for a mask of none."""
    from llvmlite import ir
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


lowest_bit: Any = intrinsic(_lowest_bit)
