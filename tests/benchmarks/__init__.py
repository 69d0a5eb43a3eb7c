"""Benchmarks, run by `make bench` and never by `make test`: what the engines cost, in tables.

`cells.py` holds the measurements, each carried out in a process of its own; `tables.py` runs them and says
what came out; `__main__.py` is the command. Nothing here asserts anything.
"""
