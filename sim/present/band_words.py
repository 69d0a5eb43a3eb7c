"""The assumption band in words: how far a difference moves, and which assumption sets each end.

Takes effects with their band; reads no file and computes no statistic. Sentences on chance stand in `words`.
"""

from __future__ import annotations

from sim.present.words import Effect, listed, noun_of, signed


def band_sentence(effect: Effect) -> str:
    """Say how far the difference moves when the dominant assumptions are set low and high, one at a time."""
    if effect.band is None:
        return "No assumption was varied, so how far this rests on them is not known."
    low, high = effect.band
    if low == high == 0:
        return "It changes nothing under any of the assumptions that were varied."
    runs = min(assumption.runs for assumption in effect.varied)
    return (
        f"{range_title(effect)[:1].upper()}{range_title(effect)[1:]}, one at a time: the difference lies "
        "between "
        f"{signed(low, effect.unit)} and {signed(high, effect.unit)} {noun_of(effect.unit)} "
        f"({runs} {'run' if runs == 1 else 'runs'} a setting).{_ends(effect, low, high)}"
    )


def _ends(effect: Effect, low: float, high: float) -> str:
    """Which assumption sets each end of the band; empty where the ends do not differ as shown."""
    if signed(low, effect.unit) == signed(high, effect.unit):
        return ""
    return f" The low end comes from {_setter(effect, low)}; the high end from {_setter(effect, high)}."


def _setter(effect: Effect, end: float) -> str:
    """The assumption and its setting that give this difference, or the central setting."""
    for each in effect.varied:
        for value, side, setting in (
            (each.at_low, "low", each.low_setting),
            (each.at_high, "high", each.high_setting),
        ):
            if value == end and value != effect.mean:
                to = f" ({setting})" if setting and "," not in setting else ""
                return f"“{listed([each.title])}” set {side}{to}"
    return "the central setting"


def range_title(effect: Effect) -> str:
    """What the assumption band is called: it spans these assumptions and no others.

    Examples
    --------
    >>> varied = (Assumption("a", 1.0, 2.0),)
    >>> range_title(Effect("A", "m", "s", True, "days", "lower", 1.0, 1.0, None, None, 1, varied))
    'range over this 1 assumption'
    """
    count = len(effect.varied)
    return f"range over this {count} assumption" if count == 1 else f"range over these {count} assumptions"
