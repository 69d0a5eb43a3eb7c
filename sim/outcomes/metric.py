"""What a metric is: its name, what it says in one sentence, its unit, which way is good, and its formula.

The metrics themselves are listed in ``registry_*.py`` and gathered by `registry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher", "none"]
Family = Literal[
    "headline", "secondary", "descriptive", "calendar", "cost", "resource", "recovery", "coupled"
]


@dataclass(frozen=True)
class Metric:
    """A figure that a run yields.

    Attributes
    ----------
    name : str
    sentence : str
        What the figure says, for readers.
    unit : str
        days, share, people, events per person-year, supports, ratio, person-days, homes, households, nights.
    better : str
        lower, higher, or none where neither way is good in itself.
    family : str
    formula : str
        How it is computed, for analysts.
    """

    name: str
    sentence: str
    unit: str
    better: Better
    family: Family
    formula: str


Row = tuple[str, str, str, Better, Family, str]
"""Name, sentence, unit, better, family and formula of a metric."""
