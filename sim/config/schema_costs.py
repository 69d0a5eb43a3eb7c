"""Unit costs: a price, the year it is of, and who pays. Read after a run, never by an engine.

Meanings, sources and ranges stand in the evidence register (``configs/evidence/costs.yaml``).
"""

from __future__ import annotations

from typing import Literal

from sim.config.parts import Part
from sim.config.values import Rate, Text

Payer = Literal["Home Office", "councils", "NHS", "legal aid", "other public bodies", "charity", "society"]


class UnitCost(Part):
    """The price of one unit in pounds of `price_year`; times `uprated_by` it is in those of 2024-25."""

    price: Rate
    price_year: Text
    uprated_by: Rate
    payer: Payer


class Costs(Part):
    """One price for each resource that is counted in the event log (`sim.outcomes.resources`)."""

    safehouse_night: UnitCost
    casework_week: UnitCost
    subsistence_week: UnitCost
    asylum_night: UnitCost
    reasonable_grounds_decision: UnitCost
    conclusive_grounds_decision: UnitCost
    temporary_night_single: UnitCost
    temporary_night_family: UnitCost
    bridging_night: UnitCost
    prevention_case: UnitCost
    relief_case: UnitCost
    main_duty_inquiry: UnitCost
    rough_year_councils: UnitCost
    rough_year_health: UnitCost
    rough_year_justice: UnitCost
    crisis_health: UnitCost
    asylum_legal_help: UnitCost
    re_exploitation_harm: UnitCost
