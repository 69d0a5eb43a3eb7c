"""The compiled engine: the pathway once more, in Numba over arrays, with exactly the reference's event log.

Read `sim.pathway` first: every module here has the name of the one it mirrors and functions of the same
names, so a rule is found in the same place in both. `run.py` is the way in; importing this package or
`run.py` does not import Numba.
"""
