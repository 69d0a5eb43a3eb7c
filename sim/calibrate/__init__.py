"""History matching: which settings of what nobody publishes are not ruled out by the record to 2022."""

from sim.calibrate.store import load_set

__all__ = ["load_set"]
