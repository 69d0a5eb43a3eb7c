"""The Local Authority Pathway pilots (2018 to 2020) beside the model's option: referrals, refusals, needs.

The published figures are a check and are not fitted to, except that the two round numbers for refusals were
chosen with their total known (see the register). The model's figures are counted by the same definitions
from one run in which the option is on. Not here: the option (``scenarios/la_pathway.yaml``).

References
----------
Home Office (2020). Evaluation of the modern slavery Local Authority Pathway pilots; and the summary of
Migration Yorkshire (2020).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.config.places import data_dir
from sim.engine.log import Detail, Event
from sim.engine.rules import NEEDS
from sim.errors import SimError
from sim.outcomes.places import CATEGORY_OF_PLACE, Category
from sim.people.chance import Activity, uniforms

if TYPE_CHECKING:
    from sim.engine.log import EventLog
    from sim.people.population import Population

SERVICE: Final = "la_pathway"
_NOT_REFERRED: Final = (Event.SERVICE_DECLINED, Event.SERVICE_KEPT_OUT)


@dataclass(frozen=True)
class Pilots:
    """What the pilots reported, or what a run gives by the same definitions.

    Attributes
    ----------
    referrals, rejected : float
        People referred who did not decline; of those, refused.
    rejected_no_recourse, rejected_no_housing : float or None
        Refusals by reason; their split was not published.
    rejected_share : float
    need_accommodation, not_fluent, male : float
        Shares of those referred: in no settled home on the day of referral; not fluent in English; men.
    need_work : float
        Share of those referred who need help to find work: in the model an input, met to within chance.
    """

    referrals: float
    rejected: float
    rejected_no_recourse: float | None
    rejected_no_housing: float | None
    rejected_share: float
    need_accommodation: float
    not_fluent: float
    male: float
    need_work: float


def published() -> Pilots:
    """The published figures, from ``configs/evidence/published/la_pathway_pilots.csv``."""
    path = data_dir("configs") / "evidence" / "published" / "la_pathway_pilots.csv"
    with path.open(encoding="utf-8", newline="") as file:
        value = {row["figure"]: float(row["value"]) for row in csv.DictReader(file)}
    return Pilots(
        referrals=value["referrals"],
        rejected=value["rejected"],
        rejected_no_recourse=None,
        rejected_no_housing=None,
        rejected_share=value["rejected"] / value["referrals"],
        need_accommodation=value["need_accommodation_share"],
        not_fluent=value["not_fluent_share"],
        male=value["male_share"],
        need_work=value["need_work_share"],
    )


def simulated(population: Population, log: EventLog, number: int, work_need: float = 0.33) -> Pilots:
    """The same figures of one run.

    Parameters
    ----------
    population : Population
    log : EventLog
        With the option on.
    number : int
        The position of `SERVICE` among the services in alphabetical order.
    work_need : float, optional
        Share of people, `services.bright_future.need_share` of the run.

    Raises
    ------
    SimError
        If nobody was referred: the option was off.
    """
    own = log.detail == Detail.SERVICE_BASE + number
    offered = np.flatnonzero(own & (log.event == Event.SERVICE_OFFERED))
    # what an offer leads to on the same day is written next after it
    answer = np.zeros(len(offered), dtype=np.int64)
    inside = offered + 1 < len(log)
    after = offered[inside] + 1
    same = (log.person[after] == log.person[offered[inside]]) & own[after]
    answer[inside] = np.where(same, log.event[after], 0)
    referred = ~np.isin(answer, _NOT_REFERRED)
    if not referred.any():
        raise SimError(
            f"nobody was referred to {SERVICE}: its offered_share is 0; allowed: above 0; nearest: 0.4, in "
            "scenarios/la_pathway.yaml"
        )
    at, answer = offered[referred], answer[referred]
    who = log.person[at]
    no_recourse = float(np.sum(answer == Event.SERVICE_NO_RECOURSE))
    no_housing = float(np.sum(answer == Event.SERVICE_CRITERIA_NOT_MET))
    in_need = uniforms(population.key[who], Activity.SERVICE_NEED, 0, NEEDS.index("work"))
    unsettled = CATEGORY_OF_PLACE[log.place[at]] != Category.SETTLED
    return Pilots(
        referrals=float(len(at)),
        rejected=no_recourse + no_housing,
        rejected_no_recourse=no_recourse,
        rejected_no_housing=no_housing,
        rejected_share=(no_recourse + no_housing) / len(at),
        need_accommodation=float(unsettled.mean()),
        not_fluent=float(1.0 - population.fluent[who].mean()),
        male=float(1.0 - population.female[who].mean()),
        need_work=float((in_need < work_need).mean()),
    )
