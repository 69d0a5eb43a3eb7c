"""Structural assumptions that the configuration can switch, each away from what the model takes to be so.

A switch moves its parameter to the end of its range that lies further from today's value, or to the next of
its words. Assumptions without such a switch are listed as not tried.
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.config.parts import Part


@dataclass(frozen=True)
class Switch:
    """One structural assumption, switched.

    Attributes
    ----------
    assumption, sentence : str
    override : str
        Empty where it was not tried; `why_not` then says why.
    why_not : str
    """

    assumption: str
    sentence: str
    override: str = ""
    why_not: str = ""


def switches(world: Sequence[str] = ()) -> tuple[Switch, ...]:
    """Every structural assumption of the register: how it is switched, or why it is not."""
    from sim.config.compose import baseline
    from sim.config.evidence import register

    parameters = baseline(tuple(world))
    held = {text.partition("=")[0].lstrip("+") for text in world}
    found, seen = [], set()
    for one in register().assumptions():
        if one.switch is None:
            found.append(Switch(one.id, one.sentence, why_not="no parameter turns it off"))
            continue
        value, words = _value(parameters, one.switch)
        if one.switch in held:
            found.append(Switch(one.id, one.sentence, why_not="set for the whole study"))
        elif one.switch.startswith("costs."):
            found.append(Switch(one.id, one.sentence, why_not="a price changes no event"))
        elif one.switch in seen:
            found.append(Switch(one.id, one.sentence, why_not=f"{one.switch} is switched above"))
        elif words:
            other = words[(words.index(value) + 1) % len(words)]
            found.append(Switch(one.id, one.sentence, f"{one.switch}={other}"))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            ends = register().entry(one.switch).range
            if ends is None:
                found.append(Switch(one.id, one.sentence, why_not=f"{one.switch} has no range"))
                continue
            far = max(ends, key=lambda end: abs(end - value))
            text = str(round(far)) if isinstance(value, int) else repr(float(far))
            found.append(Switch(one.id, one.sentence, f"{one.switch}={text}"))
        else:
            found.append(Switch(one.id, one.sentence, why_not=f"{one.switch} is no single number or word"))
        seen.add(one.switch)
    return tuple(found)


def _value(parameters: Part, path: str) -> tuple[Any, tuple[str, ...]]:
    """A value, and the words it could be if it is one of several."""
    here: Any = parameters
    words: tuple[str, ...] = ()
    for name in path.split("."):
        if isinstance(here, Part):
            kind = type(here).model_fields[name].annotation
            words = typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()
            here = getattr(here, name)
        else:
            here = here[name]
    return here, words
