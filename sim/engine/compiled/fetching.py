"""Which lines of a person's record are asked for from memory before their turn comes.

A processor waits long for a line that it must have at once, but has several on their way at a time. So nearly
a whole record is asked for together, without the lines that were found to be read seldom in a national run.
"""

from __future__ import annotations

from typing import Any, Final

from sim.engine.compiled.kernel import fetching
from sim.engine.compiled.person import line_of
from sim.engine.survivor import Slot

_FIRST: Final = line_of("key")
_HAZARDS: Final = range(line_of("hazards"), line_of("hazards") + 3)
_DUE: Final = range(line_of("due"), line_of("due", Slot.SERVICE - 1) + 1)
_TICKETS: Final = range(line_of("tickets"), line_of("exit_told") + 1)

fetch_for_clock: Any = fetching(*range(_FIRST, _TICKETS.stop))
"""Have at hand what is read of somebody whose clock rings soon."""
fetch_for_turn: Any = fetching(
    *(_FIRST, line_of("opened"), line_of("occasion"), *_HAZARDS, *_DUE, *_TICKETS, line_of("leaving"))
)
"""Have at hand what is read of somebody whose turn in a line has nearly come."""
find_ticket: Any = fetching(line_of("row"), line_of("tickets"))
"""Have at hand whether the ticket still holds of somebody whose turn in a line may come soon."""
