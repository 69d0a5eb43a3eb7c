"""The words may never claim more than the numbers hold."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.present.band_words import band_sentence
from sim.present.words import (
    Assumption,
    Effect,
    amount,
    by_chance_alone,
    headline,
    how_sure,
    later,
    listed,
    number,
    sentence,
    signed,
)

CLAIMS = re.compile(r"\b(falls?|rises?|fewer|more|lower|higher)\b")


def effect(
    mean: float = -12.0,
    low: float | None = -14.0,
    high: float | None = -10.0,
    *,
    option: str = "Option A",
    replications: int = 8,
    unit: str = "days",
    plural: bool = True,
    metric: str = "m",
    baseline: float = 140.0,
    assumptions: tuple[Assumption, ...] = (),
    co_primary: bool = True,
) -> Effect:
    return Effect(
        option,
        metric,
        "the days out",
        plural,
        unit,
        "lower",
        baseline,
        mean,
        low,
        high,
        replications,
        assumptions,
        co_primary,
    )


finite = st.floats(-1e4, 1e4)


@given(
    mean=finite,
    below=st.floats(0, 1e4),
    above=st.floats(0, 1e4),
    unit=st.sampled_from(["days", "share", "people"]),
)
def test_no_verb_of_change_when_the_interval_includes_zero(
    mean: float, below: float, above: float, unit: str
) -> None:
    one = effect(mean, mean - below, mean + above, unit=unit)
    includes_zero = mean - below <= 0 <= mean + above
    assert bool(CLAIMS.search(sentence(one))) == (not includes_zero)


@given(mean=finite.filter(bool), share=st.floats(0, 0.999))
def test_the_verb_has_the_sign_of_the_difference(mean: float, share: float) -> None:
    half = abs(mean) * share
    text = sentence(effect(mean, mean - half, mean + half))
    if mean - half > 0 or mean + half < 0:
        assert (" fall " in text) == (mean < 0)
        assert (" rise " in text) == (mean > 0)


@given(
    mean=finite,
    below=st.floats(0, 1e4),
    above=st.floats(0, 1e4),
    unit=st.sampled_from(["days", "share", "people"]),
)
def test_a_measure_that_was_not_chosen_beforehand_never_falls_or_rises(
    mean: float, below: float, above: float, unit: str
) -> None:
    text = sentence(effect(mean, mean - below, mean + above, unit=unit, co_primary=False))
    assert not CLAIMS.search(text)
    if mean - below > 0 or mean + above < 0:
        assert f"differ by {signed(mean, unit)}" in text
        assert "95% interval from chance" in text


def test_an_assumption_that_turns_the_direction_is_named_and_one_that_could_with_its_runs() -> None:
    turns = Assumption("Mean stay", -20.0, 6.0, 5, turns=True)
    could = Assumption("Beds", 3.0, -15.0, 1, could_turn=True)
    stays = Assumption("Asylum", -11.0, -13.0, 5)
    assert sentence(effect(assumptions=(turns, stays))).endswith(
        ", but the direction turns with an assumption: mean stay."
    )
    assert sentence(effect(assumptions=(could, stays))).endswith(
        ", but the direction could turn with an assumption, in 1 run of each setting: beds."
    )
    assert "turns with an assumption: mean stay; it could turn with" in sentence(
        effect(assumptions=(turns, could))
    )
    assert "direction" not in sentence(effect(assumptions=(stays,)))
    assert "could turn with an assumption, in 1 run" in sentence(
        effect(assumptions=(could,), co_primary=False)
    )


@given(mean=finite)
def test_one_run_is_too_few_to_say(mean: float) -> None:
    text = sentence(effect(mean, None, None, replications=1))
    assert not CLAIMS.search(text)
    assert ("too few runs to say" in text) == (mean != 0)


@pytest.mark.parametrize(("bounds", "runs"), [((0.0, 0.0), 8), ((None, None), 1)])
def test_exactly_no_difference_changes_nothing_in_this_model(
    bounds: tuple[float | None, float | None], runs: int
) -> None:
    text = sentence(effect(0.0, *bounds, replications=runs))
    assert "changes nothing in this model" in text
    assert not CLAIMS.search(text)


def test_a_mean_of_zero_with_chance_around_it_is_not_called_nothing() -> None:
    text = sentence(effect(0.0, -1.0, 1.0))
    assert "changes nothing" not in text
    assert "no change that can be told from chance" in text


def test_unmeasured_is_said() -> None:
    assert (
        sentence(effect(math.nan, None, None))
        == "Option A: the days out could not be measured in these runs."
    )


def test_the_sentence_of_a_clear_fall() -> None:
    assert sentence(effect()) == (
        "Option A: the days out fall by 12 days, from 140 days to 128 days "
        "(95% interval from chance −14.0 to −10.0)."
    )


def test_singular_and_plural() -> None:
    assert amount(-1.0, "days") == "1 day"
    assert amount(1.04, "days") == "1 day"
    assert amount(1.06, "days") == "1.1 days"
    assert amount(0.01, "share") == "1 percentage point"
    assert amount(0.031, "share") == "3.1 percentage points"
    assert amount(1.0, "people") == "1 person"
    assert " falls by " in sentence(effect(plural=False))
    assert " fall by " in sentence(effect(plural=True))


def test_rounding_never_turns_a_small_difference_into_none() -> None:
    assert amount(0.01, "days") == "less than 0.1 days"
    assert signed(0.01, "days") == "0.0"
    assert signed(0.0, "days") == "0"
    assert signed(-0.0312, "share") == "−3.1"
    assert number(143.2, "days") == "143 days"
    assert number(9.96, "days") == "10 days"


def test_the_band_is_told_as_a_range_with_the_central_value_in_it() -> None:
    band = (Assumption("A", -20.0, -13.0), Assumption("B", None, -5.0))
    assert band_sentence(effect(assumptions=band)) == (
        "Range over these 2 assumptions, one at a time: the difference lies between −20.0 and −5.0 days "
        "(1 run a setting). The low end comes from “A” set low; the high end from “B” set high."
    )
    assert "No assumption was varied" in band_sentence(effect())
    nothing = effect(0.0, 0.0, 0.0, assumptions=(Assumption("A", 0.0, 0.0),))
    assert "changes nothing under any" in band_sentence(nothing)


@given(
    central=st.floats(-30, 30),
    ends=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=5),
)
def test_the_ends_of_the_band_are_named_after_the_assumptions_that_set_them(
    central: float, ends: list[tuple[float, float]]
) -> None:
    band = tuple(Assumption(f"A{place}", low, high) for place, (low, high) in enumerate(ends))
    one = effect(central, assumptions=band)
    assert one.band is not None
    found = re.search(r"The low end comes from (.*?); the high end from (.*?)\.$", band_sentence(one))
    if found is None:
        assert signed(one.band[0], "days") == signed(one.band[1], "days")
        return
    settings = {
        f"“A{place}” set {side}": value
        for place, pair in enumerate(ends)
        for side, value in zip(("low", "high"), pair, strict=True)
    }
    for end, told in zip(one.band, found.groups(), strict=True):
        assert (central if told == "the central setting" else settings[told]) == end


def test_headline_speaks_of_every_option_on_one_measure_and_then_of_how_sure() -> None:
    told = headline([effect(), effect(option="Option B"), effect(metric="other")])
    assert [text.split(":")[0] for text in told] == ["Option A", "Option B", "How sure"]
    assert headline([]) == []


def test_how_sure_names_what_was_varied() -> None:
    varied = (Assumption("Mean stay", 1.0, 2.0), Assumption("Not run", None, None))
    assert how_sure([effect(assumptions=varied)]).endswith("1 was varied, one at a time: mean stay.")
    assert "too few runs" in how_sure([effect(replications=1)])
    assert how_sure([effect()]).endswith("No assumption was varied.")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (effect(), effect(-5.0, -6.0, -4.0), "removed rather than delayed"),
        (
            effect(),
            effect(3.0, 2.0, 4.0),
            "partly delayed: of 12 days gained in the first year, 3 days come back",
        ),
        (
            effect(),
            effect(1.0, -1.0, 3.0),
            "not given back beyond chance in the second (+1.0 days, 95% interval −1.0 to +3.0)",
        ),
        (
            effect(-12.0, None, None, replications=1),
            effect(3.0, None, None, replications=1),
            "too few runs to say",
        ),
        (effect(), effect(3.0, None, None, replications=1), "too few runs to say"),
        (effect(1.0, -1.0, 3.0), effect(), "no improvement beyond chance"),
        (effect(5.0, 4.0, 6.0), effect(), "no improvement beyond chance"),
        (effect(0.0, 0.0, 0.0), effect(0.0, 0.0, 0.0), "changes nothing in this model, in either year"),
    ],
)
def test_removed_or_only_delayed(first: Effect, second: Effect, expected: str) -> None:
    assert expected in later(first, second)


def test_the_number_of_intervals_is_told_with_what_chance_alone_does() -> None:
    assert "43 intervals from chance" in by_chance_alone(43)
    assert "about one in twenty would exclude zero by chance alone" in by_chance_alone(43)
    assert "too few runs" in by_chance_alone(0)


def test_lists_read_as_prose_and_keep_abbreviations() -> None:
    assert listed(["Mean stay", "RNA length", "Beds"]) == "mean stay; RNA length and beds"
    assert listed(["Beds"]) == "beds"
    assert listed([]) == ""
