"""The comparison page: one file that a commissioner can read, print, keep and send on.

`write` reads a stored result and puts `comparison.html` beside it: no script, no outside request, every
figure inside the file with a text alternative and its numbers. What the sentences may say is decided in
`words`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sim.errors import SimError
from sim.present import pages
from sim.present.band_words import band_sentence
from sim.present.costs import cost_in_short, costs_section, tables_of
from sim.present.crowding import crowded, price_in_beds
from sim.present.displaced import displaced
from sim.present.equity import Contrast, contrasts, equity_section, group_tables, people_in
from sim.present.figures import Table, band_title, bounds, differences_block, places_block, return_block
from sim.present.history import (
    caveats,
    checks,
    quarterly_table,
    record_block,
    street_count,
    summary,
    years_block,
)
from sim.present.levers import settings_told
from sim.present.limits import NOT_MODELLED
from sim.present.names import (
    HARM_CURVE,
    PLACES_CURVE,
    PRIMARY,
    PUT_OFF,
    RECORDED_CURVE,
    SAID_LATER,
    SECOND_YEAR,
    metric_name,
)
from sim.present.persons import gains, held, recovery
from sim.present.reached import services_table
from sim.present.read import Stored, Story, effects, holds, load
from sim.present.rests import (
    assumed,
    assumptions,
    band_table,
    extends_support,
    runs_in_words,
    setting,
    stay_table,
)
from sim.present.stations import stations_section
from sim.present.together import together
from sim.present.whom import FEWEST_RUNS, for_whom, where_instead
from sim.present.words import (
    Effect,
    by_chance_alone,
    how_sure,
    interval,
    later,
    listed,
    noun_of,
    number,
    sentence,
    signed,
)

FILE_NAME: Final = "comparison.html"


def write(result_dir: Path | str) -> Path:
    """Write the comparison page of a stored result.

    Parameters
    ----------
    result_dir : Path or str
        ``results/<run-id>``, complete.

    Returns
    -------
    Path
        ``comparison.html`` in that folder; an earlier one is replaced whole.

    Raises
    ------
    SimError
        If the result is not complete, has nothing to compare, or the page cannot be written.
    """
    folder = Path(result_dir)
    return pages.write(folder / FILE_NAME, render(load(folder)))


def render(stored: Stored) -> str:
    """Return the page of a result as HTML."""
    return pages.html_of("comparison.html", content(stored), breakable=pages.dotted)


def content(stored: Stored) -> dict[str, Any]:
    """Everything the template shows, as plain values.

    Raises
    ------
    SimError
        If the result holds no option or no headline measure.
    """
    if not stored.options:
        raise SimError(
            f"{stored.path} holds the baseline only, so there is nothing to compare; make one with: "
            "cliffedge compare"
        )
    headline = effects(stored, stored.headline)
    if not headline:
        raise SimError(f"{stored.path} holds no headline measure, so no answer can be written from it.")
    primary = [effect for effect in headline if effect.metric == headline[0].metric]
    found, told_of_each = checks(stored), answers(stored, headline)
    later_told = [effect for effect in headline if effect.metric in SAID_LATER]
    first_told = [effect for effect in headline if effect.metric not in SAID_LATER] or headline
    groups, costs = group_tables(stored), costs_section(stored)
    recovered, kept, joint = recovery(stored), held(stored), together(stored)
    reached = services_table(stored)
    others: list[Table | None] = [*recovered, reached]
    told, homes = gains(stored), displaced(stored)
    others += [part["table"] if part else None for part in (kept, told, homes)]
    others += [joint["outside"] if joint else None]
    stay = setting(stored.config, "support.needs_assessment.mean_post_cg_stay_days")
    return {
        "whole": False,
        "title": "What would change for survivors after the decision",
        "start": _date(stored.config["policy"]["start"]),
        "stories": stored.stories,
        "world": settings_told(str(stored.manifest["command"])),
        "options_named": listed([story.title for story in stored.options]),
        "answers": told_of_each,
        "how_sure": how_sure(primary),
        "by_chance_alone": by_chance_alone(
            _intervals(headline, [*groups, *tables_of(costs), *others], told_of_each)
        ),
        "people": people_in(stored),
        "replications": stored.comparison.replications,
        "band_runs": runs_in_words(stored.comparison.band_replications),
        "range_title": band_title(headline),
        "headline_table": headline_table(headline),
        "extends": any(extends_support(option) for option in stored.options),
        "put_off": PUT_OFF,
        "stay": stay_table(headline, stored.options, stay),
        "differences": differences_block(first_told),
        "more_differences": differences_block(later_told, "more-differences") if later_told else None,
        "places": places_block(stored) if holds(stored, PLACES_CURVE) else None,
        "returns": return_block(stored) if holds(stored, HARM_CURVE, RECORDED_CURVE) else None,
        "held": kept,
        "later": _later(stored),
        "recovery": recovered,
        "services": reached,
        "gains": told,
        "costs": costs,
        "equity": equity_section(stored, groups),
        "displaced": homes,
        "together": joint,
        "years": years_block(stored),
        "crowded": crowded(stored),
        "record": record_block(stored, found) if any(each.mean is not None for each in found) else None,
        "quarters": quarterly_table(found),
        "record_summary": summary(found),
        "caveats": caveats(found),
        "street_count": street_count(stored),
        "stations": stations_section(stored),
        "limits": NOT_MODELLED,
        "assumptions": assumptions(),
        "assumed": assumed(),
        "band": band_table(primary),
        "grown": (stored.path / "precision.json").is_file(),
        "reproduce": _reproduce(stored),
    }


def answers(stored: Stored, headline: Sequence[Effect]) -> list[dict[str, Any]]:
    """The answer box of every option, as plain values."""
    apart = contrasts(stored)[0] if stored.comparison.replications >= FEWEST_RUNS else {}
    return [_answer(stored, option, headline, apart.get(option.name, ())) for option in stored.options]


def _answer(
    stored: Stored, story: Story, headline: Sequence[Effect], apart: Sequence[Contrast]
) -> dict[str, Any]:
    """What is said of one option: a sentence a measure, for whom, where instead, band and cost."""
    option = story.title
    own = sorted(
        (effect for effect in headline if effect.option == option),
        key=lambda effect: effect.metric in SAID_LATER,
    )
    spoken = [_noted(sentence(effect).removeprefix(f"{option}: "), effect) for effect in own]
    if all(effect.nothing_changed for effect in own):
        spoken = ["Changes nothing in this model: every headline difference is exactly 0."]
    spoken = [text[:1].upper() + text[1:] for text in spoken]
    first = len(spoken) - sum(effect.metric in SAID_LATER for effect in own) if len(spoken) > 1 else 1
    return {
        "option": option,
        "sentences": spoken[:first] or spoken,
        "more": spoken[first:] if first else [],
        "measure": metric_name(own[0].metric).title,
        "band": band_sentence(own[0]),
        "price": price_in_beds(stored, story) if extends_support(story) else "",
        "cost": cost_in_short(stored, story),
        "whom": for_whom(stored, story, apart),
        "instead": where_instead(stored, story),
    }


def _noted(said: str, effect: Effect) -> str:
    """A sentence, and what must be read beside its measure."""
    note = metric_name(effect.metric).note
    return f"{said} {note}" if note else said


def _intervals(
    headline: Sequence[Effect], tables: Sequence[Table | None], boxes: Sequence[dict[str, Any]]
) -> int:
    """Intervals on the page that could exclude zero: headline measures, places in the boxes, other tables."""
    cells = [cell for table in tables if table is not None for row in table.rows for cell in row]
    shown = sum("±" in cell or re.search(r"\(.* to .*\)", cell) is not None for cell in cells)
    shown += sum(len(re.findall(r"\([^()]* to [^()]*\)", box["instead"])) for box in boxes)
    return shown + sum(effect.has_interval and not effect.nothing_changed for effect in headline)


def headline_table(headline: Sequence[Effect]) -> list[dict[str, Any]]:
    """One block a measure: its level under today's rules, and a row an option."""
    return [
        {
            "measure": metric_name(metric).title,
            "today": number(own[0].baseline, own[0].unit),
            "unit": noun_of(own[0].unit),
            "note": metric_name(metric).note,
            "rows": [
                (
                    effect.option,
                    signed(effect.mean, effect.unit),
                    bounds(effect),
                    interval(*effect.band, effect.unit) if effect.band else "not varied",
                )
                for effect in own
            ],
        }
        for metric in dict.fromkeys(effect.metric for effect in headline)
        if (own := [effect for effect in headline if effect.metric == metric])
    ]


def _later(stored: Stored) -> dict[str, Any] | None:
    """Removed, or only delayed: the first year against the second."""
    both = effects(stored, (PRIMARY, SECOND_YEAR))
    first = [effect for effect in both if effect.metric == PRIMARY]
    second = [effect for effect in both if effect.metric == SECOND_YEAR]
    if not first or not second:
        return None
    rows = [
        (
            one.option,
            f"{signed(one.mean, one.unit)} ({bounds(one)})",
            f"{signed(two.mean, two.unit)} ({bounds(two)})",
        )
        for one, two in zip(first, second, strict=True)
    ]
    head = ("Option", "Days 0 to 365", "Days 366 to 730")
    return {
        "sentences": [later(one, two) for one, two in zip(first, second, strict=True)],
        "table": Table(
            f"Days with nowhere secure: today's rules {number(first[0].baseline, 'days')} in the first year, "
            f"{number(second[0].baseline, 'days')} in the second; differences with 95% intervals from chance",
            head,
            tuple(rows),
        ),
    }


def _reproduce(stored: Stored) -> dict[str, str]:
    manifest = stored.manifest
    return {
        "command": shlex.join(shlex.split(str(manifest["command"]))),
        "seed": str(manifest["seed"]),
        "versions": ", ".join(f"{name} {version}" for name, version in manifest["versions"].items()),
        "config_hash": str(manifest["config_hash"]),
        "source_hash": str(manifest["source_hash"]),
        "run_id": str(manifest["run_id"]),
        "created": str(manifest["created"]),
    }


def _date(value: Any) -> str:
    from datetime import date

    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return f"{day.day} {day:%B %Y}"
