"""Memory for the arrays of a run: aligned, resized, used again. Nothing here knows what stands in them."""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MEMORY_LINE: Final = 64
"""Bytes that a processor fetches from memory together; `kernel` says so to kernels."""


class Spare:
    """Memory that nobody needs any more, used again: fresh memory costs more than writing to it does."""

    def __init__(self, memory: NDArray[np.uint8] | None = None) -> None:
        self._memory = np.zeros(0, np.uint8) if memory is None else memory

    def empty(self, size: int, kind: Any) -> NDArray[Any]:
        """An array of so many values, with anything in it; of fresh memory where this does not suffice."""
        wanted = size * np.dtype(kind).itemsize
        if wanted > len(self._memory):
            return np.empty(size, kind)
        taken, self._memory = self._memory[:wanted], self._memory[-(-wanted // MEMORY_LINE) * MEMORY_LINE :]
        return taken.view(kind)


def _holders(view: NDArray[Any]) -> int:
    memory = view.base
    return 0 if memory is None else sys.getrefcount(memory)


UNSHARED: Final = _holders(np.zeros(1)[:])
"""References to the memory of a view that nobody else looks at."""


def is_shared(view: NDArray[Any]) -> bool:
    """Whether the memory of a view is looked at by anybody else: every other view of it holds a reference."""
    return _holders(view) > UNSHARED


def room_for(count: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Records with anything in them, of which the first begins a line of memory; NumPy's begin anywhere."""
    room = np.empty(count * kind.itemsize + MEMORY_LINE, np.uint8)
    begin = -room.ctypes.data % MEMORY_LINE
    return room[begin : begin + count * kind.itemsize].view(kind)


def resized(array: NDArray[Any], in_use: int, length: int) -> NDArray[Any]:
    """The records in use, in an array of another length."""
    larger = room_for(length, array.dtype)
    copy_records(array, larger, in_use)
    return larger


def copy_records(source: NDArray[Any], to: NDArray[Any], count: int) -> None:
    """The first records of an array; as bytes, since NumPy copies records one by one."""
    to[:count].view(np.uint8)[:] = source[:count].view(np.uint8)
