"""Everything that waits or holds people in one run, found once, and Little's law of each.

Read by the calendar series, by validation and by the comparison with queueing theory. Not here: how each wait
is found in the log (`waits`), nor what is told of it by period (`calendar`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.places import Category
from sim.outcomes.spells import Spells, Story, place_spells
from sim.outcomes.waits import (
    Cases,
    Station,
    bed_line,
    beds,
    cases,
    conclusive_grounds,
    littles_law,
    place_stations,
    reasonable_grounds,
    service_line,
    service_numbers,
    service_stays,
    victim_care,
)

Floats = NDArray[np.float64]
Row = tuple[str, str, float]


@dataclass(frozen=True, eq=False)
class Stations:
    """Everything that waits or holds people, found once; being in a place is a stay, too."""

    cases: Cases
    rg: Station
    cg: Station
    cg_referred: Floats
    bed_line: Station
    beds: Station
    care: Station
    services: dict[str, tuple[Station, Station]]
    places: dict[Category, Station]


def stations(
    story: Story, until: float, services: Sequence[str] = (), places: Spells | None = None
) -> Stations:
    """Find all stations in everyone's story; `services` names services 0, 1, ... where it reaches.

    `places` are those of the story, if they have been found already.
    """
    found = cases(story)
    line, referred = conclusive_grounds(found)
    named = {
        (services[k] if 0 <= k < len(services) else f"service {k}"): (
            service_line(story, k),
            service_stays(story, k),
        )
        for k in service_numbers(story)
    }
    return Stations(
        cases=found,
        rg=reasonable_grounds(found),
        cg=line,
        cg_referred=referred,
        bed_line=bed_line(story),
        beds=beds(story),
        care=victim_care(story),
        services=named,
        places=place_stations(places or place_spells(story, until), until),
    )


def little_rows(found: Stations, horizon_day: float) -> list[Row]:
    """Little's law of every station over the whole run: L, lambda times W, and the residual [people]."""
    every = {
        "reasonable grounds line": found.rg,
        "conclusive grounds line": found.cg,
        "bed line": found.bed_line,
        "beds": found.beds,
        "casework": found.care,
    }
    for name, (line, people) in found.services.items():
        every[f"{name} line"], every[name] = line, people
    rows: list[Row] = []
    for name, station in every.items():
        law = littles_law(station, horizon_day)
        rows.append((f"little_number:{name}", "whole run", law.mean_number))
        rows.append((f"little_rate_times_stay:{name}", "whole run", law.arrivals_per_day * law.mean_days))
        rows.append((f"little_residual:{name}", "whole run", law.residual))
    return rows
