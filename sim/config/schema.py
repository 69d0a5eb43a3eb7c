"""The parameters of the model: one frozen tree, validated once, that forbids unknown names.

What each value means, its source and its range stand in the evidence register (``configs/evidence``), one
entry a path. This module knows shapes, units and limits only. ``Dated*`` values change on stated dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.config.mistakes import nearest
from sim.config.parts import Part
from sim.config.schema_costs import Costs, UnitCost
from sim.config.schema_homes import Bridging, HomesByRegion, HomesInRegion, Renting, Supply
from sim.config.schema_housing import (
    Applying,
    Housing,
    LocalConnection,
    MainDuty,
    Notice,
    Prevention,
    PriorityNeed,
    Recognition,
    Register,
    Relief,
)
from sim.config.schema_people import (
    Arrivals,
    ByAge,
    CapacityRule,
    Cell,
    Cells,
    ConclusiveGrounds,
    Decisions,
    Discipline,
    Disqualification,
    ExploitationMix,
    People,
    Positive,
    ReasonableGrounds,
    Reconsideration,
    Regions,
    ResponderMix,
    Traits,
)
from sim.config.schema_services import Barriers, Service
from sim.config.schema_support import (
    Asylum,
    Beds,
    Casework,
    Floor,
    NeedsAssessment,
    PlaceMix,
    Places,
    Risk,
    Status,
    Support,
    TemporaryPermission,
)
from sim.config.values import Day, Days, Flag, Text, Whole, Words

__all__ = [
    "Applying",
    "Arrivals",
    "Asylum",
    "BandEntry",
    "Barriers",
    "Beds",
    "Bridging",
    "ByAge",
    "CapacityRule",
    "Casework",
    "Cell",
    "Cells",
    "ConclusiveGrounds",
    "Costs",
    "Decisions",
    "Discipline",
    "Disqualification",
    "Experiment",
    "ExploitationMix",
    "Floor",
    "HomesByRegion",
    "HomesInRegion",
    "Housing",
    "LocalConnection",
    "MainDuty",
    "NeedsAssessment",
    "Notice",
    "Parameters",
    "Part",
    "People",
    "PlaceMix",
    "Places",
    "Policy",
    "Positive",
    "Prevention",
    "PriorityNeed",
    "ReasonableGrounds",
    "Recognition",
    "Reconsideration",
    "Regions",
    "Register",
    "Relief",
    "Renting",
    "ResponderMix",
    "Risk",
    "Service",
    "Setting",
    "Settings",
    "Status",
    "Supply",
    "Support",
    "TemporaryPermission",
    "Traits",
    "UnitCost",
    "check_horizon",
]


# ------------------------------------------------------------------------------------- policy, experiment
Setting = bool | float | str


def _setting(given: object) -> Setting:
    if isinstance(given, bool | float | str):
        return given
    if isinstance(given, int):
        return float(given)
    raise ValueError("must be one number, word or truth value")


Settings = dict[str, Annotated[Setting, BeforeValidator(_setting)]]


def check_horizon(policy_start: date, horizon: date) -> None:
    """Raise ValueError unless the run ends after the policy starts."""
    if horizon <= policy_start:
        raise ValueError(f"experiment.horizon ({horizon}) must be later than policy.start ({policy_start})")


def check_band_entries(names: Iterable[str], band: Iterable[str]) -> None:
    """Raise ValueError if a name is no entry of the assumption band."""
    known = list(band)
    for name in names:
        if name not in known:
            near = nearest(name, known, cutoff=0.0)
            raise ValueError(
                f"band_entries: {name!r} is no entry of the band; allowed: {', '.join(known)}; "
                f"nearest: {near}"
            )


class Policy(Part):
    """When a scenario starts, and for whom."""

    start: Day
    applies_to: Literal["new_cg_positives", "everyone_in_support"]


class BandEntry(Part):
    """One uncertain input of the assumption band, at a low and a high setting (central = configured)."""

    title: Text
    low: Settings
    high: Settings


class Experiment(Part):
    seed: Whole = Field(ge=0, lt=2**63)
    replications: Whole = Field(ge=1, le=100_000)
    band_replications: Whole = Field(ge=0, le=100_000)
    workers: Whole = Field(ge=0, le=1024)
    engine: Literal["compiled", "reference"]
    coupling: Literal["common", "independent"]
    coupling_replications: Whole = Field(ge=0, le=100_000)
    gain_days: Days
    horizon: Day
    cohort_months: Whole = Field(ge=1, le=60)
    follow_up_days: Days
    keep_events: Flag
    options: Words
    band_entries: Words
    band: dict[str, BandEntry]

    @model_validator(mode="after")
    def band_entries_are_in_the_band(self) -> Self:
        check_band_entries(self.band_entries, self.band)
        return self


class Parameters(Part):
    """Everything one run needs; frozen. `world` and `lever` are told apart in the evidence register."""

    people: People
    decisions: Decisions
    support: Support
    status: Status
    places: Places
    housing: Housing
    services: dict[str, Service]
    barriers: Barriers
    risk: Risk
    costs: Costs
    policy: Policy
    experiment: Experiment

    @model_validator(mode="after")
    def horizon_follows_policy(self) -> Self:
        check_horizon(self.policy.start, self.experiment.horizon)
        return self
