"""What the pages of robust choice say: regret across worlds, the best package for a budget, a solved target.

Reads stored findings only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.present.figures import Block, Table, svg_uri
from sim.present.study import (
    COMMON,
    Measure,
    Page,
    Section,
    amount,
    number,
    option_words,
    rule_words,
    starting,
)

if TYPE_CHECKING:
    from sim.study.asking import Findings


def regret_page(found: Findings) -> Page:
    """The page of regret across worlds."""
    from sim.present.plots_study import Dots, dots

    settings, table = found.settings, found.tables["options"]
    measure = Measure.of(settings["metric"])
    pounds = bool(settings["benefit"]) or measure.money
    axis = "£ a survivor" if settings["benefit"] else measure.axis
    scale = 1.0 if pounds else measure.scale
    aim = rule_words(settings["benefit"]) or measure.title[0].lower() + measure.title[1:]

    def figure(value: float, sign: bool = False) -> str:
        return amount(value, sign=sign) if pounds else number(scale * value, sign=sign)

    least = table.loc[table["worst"].idxmin()]
    often = table.loc[table["best"].idxmax()]
    loses = number(scale * least["worst"]) != "0"
    lost = f"{figure(least['worst'])} {'a survivor' if settings['benefit'] else measure.unit}"
    words = [
        f"Smallest largest regret of the options compared: {option_words(least['option'])}. "
        + (
            f"In no world here is more lost than {lost}, beside the best option of that world."
            if loses
            else "Nothing is lost in any world here: no other option of these does better in one of them."
        ),
        f"Most often best: {option_words(often['option'])}, in {often['best']:.0%} of {settings['worlds']} "
        f"worlds (95% interval {often['best_low']:.0%} to {often['best_high']:.0%}).",
    ]
    rows = tuple(
        (
            starting(option_words(row.option)),
            figure(row.central, True),
            f"{row.best:.0%}",
            figure(row.mean),
            figure(row.ninth_decile),
            figure(row.worst),
        )
        for row in table.itertuples()
    )
    series = [
        Dots(title, (scale * table[name]).tolist())
        for name, title in (
            ("mean", "mean"),
            ("ninth_decile", "1 in 10 worlds is above"),
            ("worst", "largest"),
        )
    ]
    names = [starting(option_words(name)) for name in table["option"]]
    block = Block(
        "regret",
        svg_uri(dots(names, series, f"regret ({axis})")),
        "Dots, three a row: mean, ninth decile and largest regret of each option. " + " ".join(words),
        "Regret: what an option loses to the best option of the same world.",
        Table(
            "Regret by option", ("Option", "Gain, central", "Best in", "Mean", "9th decile", "Largest"), rows
        ),
    )
    return Page(
        "Which option would we regret least?",
        f"Options are judged by {aim}, in {settings['worlds']} worlds that are all plausible.",
        (
            Section("What is lost by choosing wrong?", words, block, lead=True),
            *([_worst_world(found, least, lost)] if loses else []),
        ),
        (
            "How likely each world is: regret needs no probabilities, and the largest depends on which "
            "worlds are there.",
            f"Chance left in the mean of {settings['replications']} replications: it makes every regret "
            "somewhat too "
            "large, that of close options most.",
            *COMMON,
        ),
        "docs/robust_choice.md",
    )


def _worst_world(found: Findings, least: Any, lost: str) -> Section:
    """The world in which the option with the smallest largest regret loses most."""
    world = found.tables["worlds"]
    of_it = world[world["world"] == int(least["worst_world"])]
    best, told = of_it.loc[of_it["gain"].idxmax(), "option"], str(of_it["settings"].iloc[0])
    words = (
        f"There {option_words(least['option'])} would lose most, {lost}; best there: {option_words(best)}."
    )
    if told == "central":
        return Section("The world of the largest regret", (f"{words} It is the central world.",))
    parts = (text.partition("=") for text in told.split(" "))
    rows = tuple((path, _short(value)) for path, _, value in parts)
    table = Table("What that world is; everything else is central", ("Parameter", "Value"), rows)
    return Section("The world of the largest regret", (words,), table=table)


def _short(text: str) -> str:
    """A number with three digits, in thousands with all of them; anything else as it is.

    Examples
    --------
    >>> _short("0.0031482"), _short("5932.41"), _short("queue")
    ('0.00315', '5,932', 'queue')
    """
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:,.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.3g}"


def budget_page(found: Findings) -> Page:
    """The page of the best package under a budget."""
    from sim.present.plots_study import Dots, dots

    settings, table = found.settings, found.tables["packages"]
    measure, winner = Measure.of(settings["metric"]), settings["winner"]
    pounds = f"£{settings['budget']:,.0f} a year"
    if winner is None:
        words = [
            f"No package tried both improves {measure.title.lower()} and surely costs no more than {pounds}."
        ]
    else:
        best = table[table["package"] == winner["package"]].iloc[0]
        beyond = best["gain_low"] > 0
        words = [
            f"Of the {len(table)} packages tried, {option_words(winner['package'])} "
            + ("comes out best among those" if "second" in winner else "alone comes out better among those")
            + f" that surely cost no more than {pounds}: {measure.title.lower()} improves by "
            f"{measure.figure(best['gain'], sign=False)} {measure.unit} "
            f"({measure.ends(best['gain_low'], best['gain_high'], sign=False)})"
            + ("." if beyond else ", which is not told from no change."),
        ]
        if "second" in winner:
            told = "which is beyond chance" if winner["lead_low"] > 0 else "which chance alone may make"
            words.append(
                f"It leads {option_words(winner['second'])} by {measure.figure(winner['lead'])} "
                f"({measure.ends(winner['lead_low'], winner['lead_high'])}) {measure.unit}, {told}."
            )
    unclear = int((table["standing"] == "unclear").sum())
    if unclear:
        words.append(f"{unclear} more may or may not cost more: their cost's interval holds the budget.")
    rows = tuple(
        (
            option_words(row.package),
            measure.figure(row.gain),
            measure.ends(row.gain_low, row.gain_high),
            number(row.cost / 1e6, sign=True),
            f"{number(row.cost_low / 1e6, sign=True)} to {number(row.cost_high / 1e6, sign=True)}",
            row.standing,
        )
        for row in table.itertuples()
    )
    shown = table.head(15)
    values = [(measure.scale * shown[name]).tolist() for name in ("gain", "gain_low", "gain_high")]
    names = [f"{option_words(row.package)} ({row.standing})" for row in shown.itertuples()]
    block = Block(
        "packages",
        svg_uri(dots(names, [Dots("", *values)], f"improvement ({measure.axis})")),
        "Dots with intervals, one row a package, the largest improvement first. " + " ".join(words),
        f"Improvement of {measure.title.lower()}; in brackets whether the cost lies within the budget. "
        "Lines: 95% t "
        "intervals over replications (chance alone).",
        Table(
            "Packages",
            (
                "Package",
                f"Improvement ({measure.axis})",
                "95% interval",
                "Cost a year (£m)",
                "95% interval",
                "Budget",
            ),
            rows,
        ),
    )
    sections = [Section("What does the budget buy?", words, block, lead=True)]
    if settings["refused"]:
        refused = tuple((name, why) for name, why in settings["refused"].items())
        sections.append(
            Section(
                "Packages that cannot be told together",
                ("These set the same thing differently, and were not run.",),
                table=Table("Refused", ("Package", "Why"), refused),
            )
        )
    return Page(
        f"What is the best package under {pounds}?",
        f"Cost: {Measure.of(settings['cost']).title.lower()}, more than under today's rules, for "
        f"{settings['survivors']:,.0f} survivors a year.",
        sections,
        (
            "The best of many is partly luck: its improvement is on average somewhat overstated.",
            "Other assumptions: run the study of uncertainty on the packages that lead.",
            "Packages of more options than were allowed, and other strengths of the same options.",
            "Costs that fall outside the follow-up of a survivor, and setting-up costs that it does not "
            "hold.",
            *COMMON,
        ),
        "docs/robust_choice.md",
    )


def solve_page(found: Findings) -> Page:
    """The page of a target that was solved for."""
    from sim.present.plots_study import curve

    settings, table = found.settings, found.tables["curve"]
    measure, root = Measure.of(settings["metric"]), settings["root"]
    what = f"{settings['path']} ({settings['unit']})"
    of_option = settings["option"] not in ("", "today")
    goal = f"{measure.figure(settings['target'], sign=False)} {measure.unit}"
    under = option_words(settings["option"])
    subject = (
        f"{measure.title} under {under} less that under {option_words(settings['against'])}"
        if settings["against"]
        else f"{measure.title} under {under}"
    )
    words, drawn = _solved(settings, root, table, measure, subject, goal)
    rows = tuple(
        (
            f"{row.setting:g}",
            measure.figure(row.mean, sign=False),
            measure.ends(row.low, row.high, sign=False),
        )
        for row in table.itertuples()
    )
    scaled = {name: (measure.scale * table[name]).tolist() for name in ("mean", "low", "high")}
    picture = curve(
        table["setting"].tolist(),
        scaled["mean"],
        scaled["low"],
        scaled["high"],
        measure.scale * settings["target"],
        drawn,
        (what, f"{subject} ({measure.axis})"),
    )
    block = Block(
        "solve",
        svg_uri(picture),
        "Dots with intervals, one a setting, joined by a line; a dashed line at the target. "
        + " ".join(words),
        "Mean at each setting and its 95% t interval over replications. " + _caption_of(drawn),
        Table("The measure at every setting run", (what, measure.title, "95% interval"), rows),
    )
    return Page(
        f"Where does {settings['path']} meet the target?",
        f"Searched between {settings['low']:g} and {settings['high']:g}, as a "
        + (
            f"lever of {under}, from the day the option starts."
            if settings["is_lever"] and of_option
            else "lever: it changes on the day the policy starts, and all else is under today's rules."
            if settings["is_lever"]
            else "parameter of the world."
        ),
        (Section("The answer", words, block, lead=True),),
        (
            "Settings outside the range searched, and crossings between settings of the first grid.",
            "Other assumptions: the interval speaks of chance alone.",
            *COMMON,
        ),
        "docs/robust_choice.md",
    )


def _caption_of(drawn: tuple[float, float, float] | None) -> str:
    """What is drawn of the answer: nothing, an upright line, or a line in a band."""
    if drawn is None:
        return "Dashed line: the target. No setting in this figure is the answer, so none is marked."
    at, low, high = drawn
    if low == at == high:
        return "Upright line: where the mean line meets the target in these runs; it has no interval."
    return (
        "Upright line and band: where the mean line meets the target, and the 95% interval of that setting "
        "(chance alone; the same luck at every setting)."
    )


def _solved(
    settings: dict[str, Any],
    root: dict[str, Any] | None,
    table: Any,
    measure: Measure,
    subject: str,
    goal: str,
) -> tuple[list[str], tuple[float, float, float] | None]:
    """The answer in words, and what is drawn of it."""
    if root is None:
        low, high = table["mean"].min(), table["mean"].max()
        away = (table["mean"] - settings["target"]).abs()
        near = table.loc[away.idxmin()]
        if away.min() == 0:
            return [
                f"{subject}: the target of {goal} is met exactly at {settings['path']} = {near['setting']:g} "
                f"{settings['unit']}, and the means pass it nowhere between {settings['low']:g} and "
                f"{settings['high']:g}."
            ], None
        words = [
            f"{subject}: no setting between {settings['low']:g} and {settings['high']:g} meets the target of "
            f"{goal}. The means there go from {measure.figure(low, sign=False)} to "
            f"{measure.figure(high, sign=False)} {measure.unit}; the nearest is "
            f"{measure.figure(away.min(), sign=False)} {measure.unit} away, at {near['setting']:g}."
        ]
        if near["low"] <= settings["target"] <= near["high"]:
            words.append(
                "Its 95% interval holds the target, so chance may be the reason: run more replications, or "
                "search further."
            )
        return words, None
    at, low, high = root["at"], root["low"], root["high"]
    if root["known"]:
        says = f"{number(low)} to {number(high)}"
        inside = (
            ""
            if settings["low"] <= low and high <= settings["high"]
            else ", part of it outside the range searched"
        )
        words = [
            f"{subject}: the target of {goal} is met at {settings['path']} = {number(at)} {settings['unit']} "
            f"(95% interval {says}{inside})."
        ]
    else:
        words = [
            f"{subject}: the target of {goal} is met at {settings['path']} = {number(at)} {settings['unit']} "
            "in these runs, but how it changes with "
            "the setting is not told from not changing at all, so no interval can be given: run more "
            "replications."
        ]
    if len(settings["crossings"]) > 1:
        words.append(
            f"The means pass the target {len(settings['crossings'])} times on the grid; this is the first. "
            "Chance "
            "or a curve that turns may be the reason: look at the figure."
        )
    if root["bend"] == root["bend"] and root["bend"] < 0.05:
        words.append(
            "Near the target the curve bends more than chance explains, so the line it was read from is "
            "rough: "
            "search a narrower range."
        )
    if not root["known"]:
        return words, (at, at, at)
    lowest, highest = max(low, settings["low"]), min(high, settings["high"])
    if settings["low"] <= at <= settings["high"] and lowest < highest:
        return words, (at, lowest, highest)
    return words, None
