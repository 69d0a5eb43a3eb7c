"""What a scenario, or several together, is called in words. Used by the terminal and every page."""

from __future__ import annotations

from collections.abc import Sequence


def option_title(name: str, titles: Sequence[str]) -> str:
    """The title of a scenario; several together are named as such.

    Examples
    --------
    >>> option_title("a+b+c", ["Extended support", "Priority need", "Local connection"])
    'All three together'
    >>> option_title("baseline", [])
    "Today's rules"
    """
    if name == "baseline":
        return "Today's rules"
    if len(titles) == 1:
        return titles[0]
    if len(titles) == 3:
        return "All three together"
    if len(titles) > 1:
        return " and ".join([", ".join(titles[:-1]), titles[-1]])
    return name.replace("_", " ").replace("+", " and ")
