"""Every metric by name: what it says in one sentence, its unit, which way is good, and its formula.

The one list from which tables, pages and exports take their words. Families: *headline* (co-primary, shown
first and by group), *secondary*, *descriptive* (measured from an exit, so never differenced as an effect),
*calendar* (everyone's days, in or out of the cohort), *cost*, *resource*, *recovery* (core outcomes) and
*coupled* (shares of people, which depend on how luck is paired). Not here: any computation.
"""

from __future__ import annotations

from difflib import get_close_matches

from sim.errors import SimError
from sim.outcomes import (
    paired,
    reach,
    recovery,
    registry_cohort,
    registry_everyone,
    registry_exits,
    registry_returns,
    resources,
)
from sim.outcomes.metric import Better, Family, Metric

HORIZONS = registry_returns.HORIZONS
RP_WORDS = registry_returns.RP_WORDS
RP_PARTS = registry_returns.RP_PARTS

METRICS: dict[str, Metric] = {}


def _add(name: str, sentence: str, unit: str, better: Better, family: Family, formula: str) -> None:
    METRICS[name] = Metric(name, sentence, unit, better, family, formula)


for _listed in (
    *registry_cohort.days(),
    *registry_returns.returns(),
    *registry_cohort.standing(),
    *registry_exits.exits(),
    *registry_everyone.totals(),
    *reach.metrics(),
    *resources.metrics(),
    *recovery.metrics(),
    *paired.metrics(),
    *registry_everyone.homes(),
):
    _add(*_listed)

HEADLINES: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if metric.family == "headline")

NOT_COMPUTED: dict[str, str] = {
    "C1": "drop in contact hours: the log holds contact, not hours",
    "RP7": "health crises are not told apart from other crises in this version",
    "core outcome 4": "compassionate, trauma-informed services: nothing in the log says how people are met",
    "core outcome 5": "finding purpose and self-actualisation: not modelled",
}


def metric(name: str) -> Metric:
    """The metric of this name.

    Raises
    ------
    SimError
        If there is none; the message names the nearest.
    """
    if name not in METRICS:
        nearest = get_close_matches(name, METRICS, 3, 0.0)
        raise SimError(f"metric {name!r} is not measured; nearest: {', '.join(nearest)}")
    return METRICS[name]
