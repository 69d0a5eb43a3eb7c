"""Amounts of money as readers see them: the sign of currency before the figure, and what an amount is per."""

from __future__ import annotations

from typing import Final

POUNDS: Final = {"£": "a survivor", "£ million": "million a year"}
"""Units of money, and what stands behind a difference in them."""


def pounds(value: float, unit: str = "£") -> str:
    """An amount in whole pounds from ten on, with one decimal below; millions keep it to a hundred.

    Examples
    --------
    >>> pounds(1234.4), pounds(-3.21), pounds(60.24, "£ million")
    ('£1,234', '−£3.2', '£60.2')
    """
    size = abs(value)
    figure = f"{size:,.0f}" if size >= (10 if unit == "£" else 100) else f"{size:.1f}"
    return f"{'−' if value < 0 else ''}£{figure}"
