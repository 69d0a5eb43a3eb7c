"""The targets that fitting and calibrating code may read: those of role *fitted*, and no others.

Such code imports this module and never `sim.validate.record`; a test proves that neither this module nor any
module of `sim.fit` can come by a target of another role: they import nothing that names those folders, and
nothing in them is opened.
"""

from __future__ import annotations

from sim.validate.target import Target, read_role


def fitted_only() -> tuple[Target, ...]:
    """Return the targets of role *fitted*.

    Raises
    ------
    SimError
        As `sim.validate.target.read_role`.
    """
    return read_role("fitted")
