"""Which lines of a person's record are asked for from memory before their turn comes.

A processor waits long for a line that it must have at once, but has several on their way at a time. So nearly
a whole record is asked for together, without the lines that were found to be read seldom in a national run.
"""

from __future__ import annotations

from typing import Any, Final

from sim.engine.compiled.kernel import fetching
from sim.engine.compiled.person import line_of

_FIRST: Final = line_of("key")
_HAZARDS: Final = range(line_of("occasion"), line_of("hazards") + 3)
_DUE: Final = line_of("due")
_TICKETS, _LAST_HELD = line_of("tickets"), line_of("holds")

fetch_for_clock: Any = fetching(*range(_FIRST, _LAST_HELD + 1))
"""Have at hand what is read of somebody whose clock rings soon."""
fetch_for_turn: Any = fetching(
    *(_FIRST, line_of("opened"), line_of("stage"), *_HAZARDS, _DUE, _DUE + 1, _TICKETS),
    *(line_of("applications"), line_of("leaving")),
)
"""Have at hand what is read of somebody whose turn in a line has nearly come."""
find_ticket: Any = fetching(line_of("row"), _TICKETS)
"""Have at hand whether the ticket still holds of somebody whose turn in a line may come soon."""
