"""Who gains more and who gains less: every headline measure by group, and which groups differ from the rest.

A cell is hidden where Monte Carlo error swamps it or too few people stand behind it. Groups are compared with
everybody else, with intervals widened for the number of comparisons made. Reads a result, simulates nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.outcomes.reach import GROUP as SERVICES
from sim.present.drawing import wrapped
from sim.present.figures import Block, Table, svg_uri
from sim.present.names import GROUPS, PRIMARY, group_label, group_people, metric_name, why_little
from sim.present.plots_equity import ForestPanel, ForestRow, forest
from sim.present.read import BASELINE, CENTRAL, Stored, Story, effects
from sim.present.words import Effect, noun_of, number, signed

FEWEST_PEOPLE: Final = 50
"""People of the cohort in a run, on average, below whom a group's figures are not shown."""
WIDEST: Final[dict[str, float]] = {"days": 5.0, "share": 0.05}
"""Half of an interval above which a figure smaller than it is hidden, by unit."""
TOO_FEW: Final = "too few people"
TOO_UNCERTAIN: Final = "too uncertain to show"
SHORT: Final = {
    "status": "Status at the decision",
    "place": "Place at the decision",
    "support": "Support at the decision",
    "dependants": "Dependants",
}
"""Headings that stand in a figure or a sentence in place of longer ones."""
_PANELS: Final = 4
_NAMED: Final = 4


def _short(group: str) -> tuple[str, str]:
    """Heading and value of a group, in as few words as will do."""
    heading, value = group_label(group)
    return SHORT.get(group.partition("=")[0], heading), value


def people_in(stored: Stored, group: str = "all") -> str:
    """How many people are followed in a run, on average over replications; empty if it was not stored.

    A mean just below `FEWEST_PEOPLE` is not rounded up to it: the row would say too few of enough.
    """
    count = people_count(stored, group)
    if count is None:
        return ""
    return f"{math.floor(count) if count < FEWEST_PEOPLE else count:,.0f}"


def people_count(stored: Stored, group: str) -> float | None:
    """People of a group who are followed under today's rules, as a mean over runs; None where not stored."""
    return stored.people_by_group.get(group)


def groups_of(stored: Stored) -> list[str]:
    """The groups of a result, such as ``sex=female``, in the order in which they are shown."""
    present = dict.fromkeys(
        str(group)
        for group in stored.outcomes["group"].unique()
        if "=" in str(group) and not str(group).startswith(f"{SERVICES}=")
    )
    order = {subject: place for place, subject in enumerate(GROUPS)}
    return sorted(present, key=lambda group: order.get(group.partition("=")[0], len(order)))


def hidden(effect: Effect, people: float | None) -> str:
    """Why a cell is not shown; empty where it is.

    Parameters
    ----------
    effect : Effect
        A group's difference.
    people : float or None
        How many people of the group are followed in a run.
    """
    if people is not None and people < FEWEST_PEOPLE:
        return TOO_FEW
    if effect.nothing_changed:
        return ""
    if not effect.has_interval:
        return "too few runs"
    half = _half(effect)
    if half > abs(effect.mean) and half > WIDEST.get(effect.unit, 0.05 * abs(effect.baseline)):
        return TOO_UNCERTAIN
    return ""


def _half(effect: Effect) -> float:
    return ((effect.high or 0.0) - (effect.low or 0.0)) / 2


def _cell(effect: Effect, people: float | None) -> str:
    """A difference and half its interval, or why it is not shown."""
    if why := hidden(effect, people):
        return why
    if effect.nothing_changed:
        return "0"
    return f"{signed(effect.mean, effect.unit)} ± {signed(_half(effect), effect.unit).lstrip('+')}"


def group_tables(stored: Stored) -> list[Table]:
    """Every headline measure by group: today's level, then each option's difference; some cells hidden."""
    tables = (group_table(stored, metric) for metric in stored.headline)
    return [table for table in tables if table is not None]


def group_table(stored: Stored, metric: str) -> Table | None:
    """One measure by group; None if the result holds no groups."""
    rows = []
    for group in groups_of(stored):
        cells = effects(stored, [metric], group=group)
        if cells and math.isfinite(cells[0].baseline):
            heading, value = _short(group)
            people = people_count(stored, group)
            level = TOO_FEW if people is not None and people < FEWEST_PEOPLE else ""
            level = level or number(cells[0].baseline, cells[0].unit)
            shown = (_cell(cell, people) for cell in cells)
            rows.append((f"{heading}: {value}", people_in(stored, group), level, *shown))
    if not rows:
        return None
    unit = noun_of(effects(stored, [metric])[0].unit)
    note = metric_name(metric).note
    return Table(
        f"{metric_name(metric).title}: today's rules, then each option's difference in {unit}"
        + (f". {note}" if note else ""),
        ("Group", "People", "Today's rules", *(story.title for story in stored.options)),
        tuple(rows),
    )


@dataclass(frozen=True)
class Contrast:
    """A group's difference set against that of everybody else, for one option.

    Attributes
    ----------
    group : str
        In words.
    own, rest : float
        Mean difference of the group, and of everybody else [days].
    low, high : float
        Interval of own minus rest, widened for all comparisons made.
    key : str
        The group as it is stored, such as ``dependants=yes``.
    """

    group: str
    own: float
    rest: float
    low: float
    high: float
    key: str = ""

    @property
    def told_apart(self) -> bool:
        """Whether the group can be told from the rest."""
        return self.low > 0 or self.high < 0


def contrasts(stored: Stored) -> tuple[dict[str, list[Contrast]], int]:
    """Every group against everybody else in the primary measure, by option; and how many comparisons.

    Everybody else's mean follows from those of all and of the group, weighted by people, replication by
    replication. Intervals are t intervals at a level of 1 - 0.05 / comparisons (Bonferroni).
    """
    table = stored.outcomes
    table = table[(table["world"] == CENTRAL) & table["metric"].isin([PRIMARY, "cohort_people"])]
    wide = table.pivot_table(
        index="replication", columns=["metric", "scenario", "group"], values="value", observed=True
    )
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for option in stored.options:
        for group in groups_of(stored):
            keys = [
                (PRIMARY, option.name, group),
                (PRIMARY, BASELINE, group),
                (PRIMARY, option.name, "all"),
                (PRIMARY, BASELINE, "all"),
                ("cohort_people", BASELINE, group),
                ("cohort_people", BASELINE, "all"),
            ]
            if any(key not in wide.columns for key in keys):
                continue
            complete = wide[keys].dropna()
            with_option, without, all_with, all_without, n, n_all = (complete[key] for key in keys)
            if len(complete) < 2 or n.mean() < FEWEST_PEOPLE or (n_all - n).mean() < FEWEST_PEOPLE:
                continue
            own, everybody = with_option - without, all_with - all_without
            rest = (n_all * everybody - n * own) / (n_all - n)
            found.setdefault(option.name, []).append((group, own, rest))
    comparisons = sum(len(each) for each in found.values())
    return {
        name: [_contrast(group, own, rest, comparisons) for group, own, rest in each]
        for name, each in found.items()
    }, comparisons


def _contrast(group: str, own: Any, rest: Any, comparisons: int) -> Contrast:
    from scipy.special import stdtrit

    gap = (own - rest).to_numpy(dtype=float)
    level = 1 - 0.05 / comparisons
    spread = float(gap.std(ddof=1)) / math.sqrt(len(gap))
    half = float(stdtrit(len(gap) - 1, (1 + level) / 2)) * spread
    heading, value = _short(group)
    middle = float(gap.mean())
    return Contrast(
        f"{heading.lower()}: {value}",
        float(own.mean()),
        float(rest.mean()),
        middle - half,
        middle + half,
        group,
    )


def equity_section(stored: Stored, tables: Sequence[Table]) -> dict[str, Any] | None:
    """Everything that the section shows; None if the result holds no groups."""
    if not tables:
        return None
    found, comparisons = contrasts(stored)
    return {
        "told": [_who_gains(option, found.get(option.name, [])) for option in stored.options],
        "comparisons": f"{comparisons:,}",
        "figures": forest_blocks(stored, tables[0]),
        "tables": list(tables[1:]) if stored.headline[0] == PRIMARY else list(tables),
        "rule": rule_in_words(stored),
    }


def rule_in_words(stored: Stored) -> str:
    """When a cell is hidden, and what stands behind the sign ±."""
    replications = stored.comparison.replications
    errors = ""
    if replications > 1:
        from scipy.special import stdtrit

        errors = f", which is {float(stdtrit(replications - 1, 0.975)):.1f} Monte Carlo standard errors"
    return (
        f"Each cell is the difference from today's rules ± half of its 95% interval from chance{errors}. A "
        f"cell is hidden where that half is larger than both the difference itself and {WIDEST['days']:.0f} "
        f"days (or {100 * WIDEST['share']:.0f} percentage points), and where a run follows fewer than "
        f"{FEWEST_PEOPLE} people of the group."
    )


def _who_gains(option: Story, found: Sequence[Contrast]) -> str:
    """Which groups gain more or less than everybody else beyond chance; the largest gaps only."""
    clear = sorted((each for each in found if each.told_apart), key=lambda each: each.own - each.rest)
    if not clear:
        return f"{option.title}: no group can be told from everybody else."
    paths = [path for path, _, _ in option.changes]
    more = [each for each in clear if each.own < each.rest]
    less = [each for each in reversed(clear) if each.own > each.rest]
    parts = (
        ("gains more", [each for each in more if each.own < 0]),
        ("more days, but fewer more than others", [each for each in more if each.own >= 0]),
        ("gains less", [each for each in less if each.own <= 0]),
        ("more days with nowhere secure", [each for each in less if each.own > 0]),
    )
    said = [f"{heading}: {_listed(each[:_NAMED], paths)}" for heading, each in parts if each]
    return f"{option.title}: {'; '.join(said)}."


def _listed(found: Sequence[Contrast], paths: Sequence[str]) -> str:
    """Each group with its difference and that of everybody else, and why it gains little if that is known."""
    told = []
    for each in found:
        why = why_little(each.key, paths) if each.own > each.rest else ""
        figures = f"{signed(each.own, 'days')} against {signed(each.rest, 'days')}"
        told.append(
            f"{group_people(each.key) if each.key else each.group} ({figures}{f'; {why}' if why else ''})"
        )
    return ", ".join(told)


def forest_blocks(stored: Stored, table: Table) -> list[Block]:
    """The primary measure by group, a column an option; several figures where there are many options."""
    if not stored.headline or stored.headline[0] != PRIMARY:
        return []
    blocks = []
    counts = {group: people_count(stored, group) for group in groups_of(stored)}
    shown = [group for group, people in counts.items() if people is None or people >= FEWEST_PEOPLE]
    for start in range(0, len(stored.options), _PANELS):
        options = stored.options[start : start + _PANELS]
        panels = []
        for option in options:
            rows = []
            for group in shown:
                cells = [e for e in effects(stored, [PRIMARY], group=group) if e.option == option.title]
                for cell in cells:
                    known = math.isfinite(cell.mean) and not hidden(cell, people_count(stored, group))
                    rows.append(_row(group, cell if known else None))
            (whole,) = [e for e in effects(stored, [PRIMARY]) if e.option == option.title]
            panels.append(ForestPanel(wrapped(option.title, 15), [_row("all", whole), *rows]))
        titles = "; ".join(option.title for option in options)
        blocks.append(
            Block(
                key="groups" if not start else f"groups-{start // _PANELS + 1}",
                uri=svg_uri(forest(panels, "days")),
                alt=f"A row a group and a column an option ({titles}): the difference in days with nowhere "
                "secure in the first year, with its 95% interval. The sentences above say which groups "
                "differ from everybody else; the table holds every number.",
                caption="Days with nowhere secure in the first year: each group's difference from today's "
                "rules with its 95% interval from chance; left of the line is fewer days. The shaded band is "
                "the interval of everybody together. Hidden cells are left blank.",
                table=table,
            )
        )
    return blocks


def _row(group: str, cell: Effect | None) -> ForestRow:
    heading, value = ("", "Everybody") if group == "all" else _short(group)
    if cell is None:
        return ForestRow(heading, value, None, None, None)
    return ForestRow(heading, value, cell.mean, cell.low, cell.high)
