"""The model as a validation sees it: the national model, of which only calendar series are measured.

No cohort is followed, so a run may end with the last published quarter. What is run is decided in `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.machinery import NationalModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.config.schema import Parameters


FLUID: Final = "fluid_"
"""What the series of the benchmark begin with; then its order, a stroke and the name of the series."""


@dataclass(frozen=True)
class Series:
    """What is measured of one run: rows of series, period and value; the other tables stay empty."""

    calendar: list[tuple[str, str, float]]
    people: dict[str, NDArray[Any]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    curves: dict[str, Any] = field(default_factory=dict)
    stations: list[dict[str, Any]] = field(default_factory=list)


class ValidationModel(NationalModel):
    """The national model, measured by the definitions of the published record."""

    def cohort(self, people: Any, baseline_log: Any, before: Parameters) -> Any:
        """Nobody is followed apart; something has to stand there, since a unit keeps its cohort."""
        return True

    def measure(
        self,
        people: Any,
        log: Any,
        cohort: Any,
        before: Parameters,
        calendar: bool = True,
        after: Parameters | None = None,
    ) -> Any:
        """The calendar series, the quantities of the published figures, the pilots if they ran, and the
        benchmark under the same inputs."""
        import numpy as np

        from sim.validate.fluid import ORDERS, fluid
        from sim.validate.quantities import counted

        rows = counted(people, log, before)
        rows += pilots(people, log, tuple(sorted(before.services)))
        for order in ORDERS:
            rows += [
                (f"{FLUID}{order}/{name}", period, value) for name, period, value in fluid(before, order)
            ]
        return Series(rows, {"row": np.zeros(0, dtype=np.int64)})


def pilots(people: Any, log: Any, services: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """The pilots of the Local Authority Pathway: figure, period, value in its unit; none without referral."""
    from sim.validate import la_pathway

    try:
        found = la_pathway.simulated(people, log, services.index(la_pathway.SERVICE))
    except (SimError, ValueError):
        return []
    return [
        (f"pilots_{name}", "2018 to 2020", float(getattr(found, name)))
        for name in ("referrals", "rejected_share", "need_accommodation", "not_fluent", "male")
    ]
