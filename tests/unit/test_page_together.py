"""Options together on the page: the sum of parts, and whom reforms reach, told as the numbers allow."""

import types
from dataclasses import dataclass

import pytest

from sim.present.names import PRIMARY
from sim.present.together import sums, together


@dataclass
class Made:
    option: str
    per_replication: tuple[float, ...]
    metric: str = PRIMARY
    group: str = "all"


def result(*differences: Made) -> types.SimpleNamespace:
    options = [
        types.SimpleNamespace(name=each.option, title=each.option.upper(), changes=()) for each in differences
    ]
    return types.SimpleNamespace(
        options=options, comparison=types.SimpleNamespace(differences=list(differences))
    )


def said(*differences: Made) -> list[str]:
    found = together(result(*differences))  # type: ignore[arg-type]
    return [] if found is None else found["sums"]


LEAVE, NEED = Made("leave", (-1.0, -1.2, -0.8, -1.0)), Made("need", (-4.0, -4.4, -3.8, -3.8))


def test_a_combination_that_does_more_than_its_parts_is_said_to() -> None:
    (one,) = sums(result(LEAVE, NEED, Made("leave+need", (-9.0, -9.5, -8.6, -8.9))))  # type: ignore[arg-type]
    assert (one.joint, one.apart) == pytest.approx((-9.0, -5.0))
    assert one.beyond == pytest.approx(-4.0)
    assert one.parts == ("LEAVE", "NEED")
    (sentence,) = said(LEAVE, NEED, Made("leave+need", (-9.0, -9.5, -8.6, -8.9)))
    assert "together they do more than the sum (difference −4.0" in sentence


def test_less_than_the_sum_and_chance_are_told_apart() -> None:
    (less,) = said(LEAVE, NEED, Made("leave+need", (-4.1, -4.5, -3.7, -3.9)))
    assert "do less than the sum" in less
    (chance,) = said(LEAVE, NEED, Made("leave+need", (-4.1, -6.5, -5.7, -3.9)))
    assert "cannot be told from chance" in chance
    (exact,) = said(LEAVE, NEED, Made("leave+need", (-5.0, -5.6, -4.6, -4.8)))
    assert "more than the sum" not in exact


def test_a_combination_whose_parts_were_not_run_alone_is_left_out() -> None:
    assert together(result(NEED, Made("leave+need", (-9.0, -9.5, -8.6, -8.9)))) is None  # type: ignore[arg-type]


def test_one_run_says_nothing_of_chance() -> None:
    (sentence,) = said(Made("a", (-1.0,)), Made("b", (-2.0,)), Made("a+b", (-9.0,)))
    assert "too few runs to say more" in sentence
