"""Cliff Edge: what happens to survivors of modern slavery after the decision, and what support changes.

The package holds the model, its engines and its readers; `sim.cli` is the command line.
Importing it loads nothing heavy.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("cliffedge")
except PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+uninstalled"

__all__ = ["__version__"]
