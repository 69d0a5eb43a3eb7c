"""A small made-up result on disk, in the layout of the store, for tests of what reads results.

Its numbers are invented and simple: differences that are plainly beyond chance, plainly within it, or exactly
zero, so that a test can say what a page has to tell of each.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sim.experiment.result import fingerprint

OPTIONS = {
    "extended_support_180": ("Support guaranteed for 180 days after a positive decision",),
    "priority_need": ("Priority need for confirmed survivors",),
    "local_connection_exempt": ("No local-connection test for survivors",),
    "extended_support_180+priority_need+local_connection_exempt": (
        "Support guaranteed for 180 days after a positive decision",
        "Priority need for confirmed survivors",
        "No local-connection test for survivors",
    ),
}
SCENARIOS = ("baseline", *OPTIONS)
BAND = {
    "post_cg_stay": "Mean stay in support after the decision",
    "asylum_pending": "Share with asylum pending",
}
SETTINGS = {
    ("post_cg_stay", "low"): {"support.needs_assessment.mean_post_cg_stay_days": 72},
    ("post_cg_stay", "high"): {"support.needs_assessment.mean_post_cg_stay_days": 230},
    ("asylum_pending", "low"): {"status.asylum.claim_share": 0.25, "status.asylum.leave_share": 0.48},
    ("asylum_pending", "high"): {"status.asylum.claim_share": 0.64, "status.asylum.leave_share": 0.24},
}

# (level, mean effect of each option, spread of the paired differences, unit, better)
HEADLINES: dict[str, tuple[float, tuple[float, ...], float, str]] = {
    "insecure_days_year_1": (142.0, (-11.8, -6.3, 0.0, -17.4), 0.8, "days"),
    "insecure_no_worker_days_year_1": (88.0, (-9.1, -3.0, 0.0, -12.6), 0.6, "days"),
    "long_insecure_share_year_1": (0.46, (-0.031, -0.012, 0.0, -0.044), 0.002, "share"),
    "insecure_days_year_2": (121.0, (3.2, -7.0, 0.0, -4.0), 0.9, "days"),
    "harm_by_day_365": (0.183, (-0.0004, 0.0003, 0.0, -0.0007), 0.002, "share"),
    "recorded_by_day_365": (0.2, (-0.02, -0.004, 0.0, -0.024), 0.001, "share"),
    "recorded_by_day_730": (0.33, (-0.006, -0.005, 0.0, -0.011), 0.001, "share"),
}
CHANGES = {
    "extended_support_180": {"support.floor.casework_days": {"before": 0.0, "after": 180.0}},
    "priority_need": {"housing.priority_need.confirmed_survivors": {"before": False, "after": True}},
    "local_connection_exempt": {
        "housing.local_connection.survivors_exempt": {"before": False, "after": True}
    },
}
BEDS = {
    "beds_occupied_mean": (405.0, 0.02, (35.0, 0.0, 0.0, 34.0), "people"),
    "bed_line_mean": (0.0, 0.0, (2.0, 0.0, 0.0, 2.0), "people"),
    "bed_wait_median": (0.0, 0.0, (0.0, 0.0, 0.0, 0.0), "days"),
    "bed_not_reached_share": (0.1, 0.02, (0.05, 0.0, 0.0, 0.05), "share"),
}
"""Calendar metrics of safehouse places: level, share that chance moves, effect of each option, unit."""
CONFIG = {
    "policy": {"start": "2027-04-01"},
    "costs": {
        "casework_week": {"price": 90.0, "price_year": "2024-25", "uprated_by": 1.0, "payer": "Home Office"},
        "temporary_night_single": {
            "price": 97.0,
            "price_year": "2024-25",
            "uprated_by": 1.0,
            "payer": "councils",
        },
    },
    "experiment": {"horizon": "2032-03-31"},
    "risk": {"detected_ratio_with_worker": 1.3},
    "support": {
        "needs_assessment": {"mean_post_cg_stay_days": 150},
        "beds": {"places": {"2014-01-01": 160, "2026-01-01": 450}},
    },
    "services": {
        "lifeline": {"title": "LifeLine", "places": 700, "duration_mean_days": 730},
        "reach_in": {"title": "Reach-In", "places": "unlimited", "duration_mean_days": 183},
        "quiet": {"title": "Quiet", "places": 500, "duration_mean_days": 90},
    },
}
COSTS = {
    "cost_home_office": (9000.0, (800.0, 0.0, 0.0, 800.0), 20.0, "£"),
    "cost_councils": (5000.0, (-300.0, 1200.0, 0.0, 900.0), 30.0, "£"),
    "cost_nhs": (250.0, (0.0, 0.0, 0.0, 0.0), 0.0, "£"),
    "cost_charity": (60.0, (0.0, 0.0, 0.0, 0.0), 0.0, "£"),
    "cost_public": (14250.0, (500.0, 1200.0, 0.0, -900.0), 40.0, "£"),
    "insecure_days_follow_up": (263.0, (0.1, -13.0, 0.0, -20.0), 0.9, "days"),
    "harm_value": (17000.0, (0.0, 0.0, 0.0, 0.0), 0.0, "£"),
    "cost_public_with_harm": (31250.0, (500.0, 1200.0, 0.0, -900.0), 40.0, "£"),
    "resource_casework_week": (9.0, (5.0, 0.0, 0.0, 5.0), 0.1, "weeks"),
    "resource_temporary_night_single": (40.0, (-3.0, 12.0, 0.0, 9.0), 0.3, "nights"),
    "homes_others_wait_for_everyone": (2000.0, (2.0, 300.0, 0.0, 280.0), 9.0, "homes"),
    "cost_councils_everyone": (30.0, (-1.0, 4.0, 0.0, 3.0), 0.1, "£ million"),
}
"""Costs and homes: level, effect of each option, spread, unit; no total is the sum of these."""
# (level, effect of each option, spread, family, better): shares of people
PERSONS: dict[str, tuple[float, tuple[float, ...], float, str, str]] = {
    "recovery_housing_day_365": (0.31, (0.02, 0.01, 0.0, 0.04), 0.002, "recovery", "higher"),
    "recovery_housing_day_730": (0.42, (0.01, 0.03, 0.0, 0.05), 0.002, "recovery", "higher"),
    "recovery_housing_lost_by_day_730": (0.08, (0.0, 0.0, 0.0, 0.0), 0.001, "recovery", "lower"),
    "recovery_learning_day_730": (float("nan"), (0.0, 0.0, 0.0, 0.0), 0.0, "recovery", "higher"),
    "recorded_held_by_day_365": (0.2, (-0.025, -0.004, 0.0, -0.03), 0.001, "secondary", "lower"),
    "recorded_held_by_day_730": (0.33, (-0.009, -0.005, 0.0, -0.014), 0.001, "secondary", "lower"),
}
GAINS = {
    "fewer_insecure_days_share": (0.22, 0.11, 0.0, 0.3),
    "more_insecure_days_share": (0.07, 0.01, 0.0, 0.08),
}
OTHER_LUCK = {"fewer_insecure_days_share": 0.37, "more_insecure_days_share": 0.36}
"""What luck alone does."""
GROUPS = {
    "sex=female": 0.9,
    "sex=male": 1.05,
    "place=insecure or none": 1.6,
    "region=north_east": 1.0,
    "region=wales": 1.0,
}
PLACES = (
    "settled home",
    "safehouse",
    "council temporary accommodation",
    "asylum accommodation",
    "insecure or none",
    "not known",
    "custody",
    "died or left the UK",
)


def write_result(
    folder: Path,
    *,
    replications: int = 4,
    band: bool = True,
    band_replications: int = 1,
    bed_line: float | None = None,
    costs: bool = True,
) -> Path:
    """Write a whole result into `folder` and return it.

    `bed_line` is how many wait for a place on average under the options that extend support, if not 2.
    """
    folder.mkdir(parents=True, exist_ok=True)
    worlds = [{"name": "central", "entry": "", "side": "", "title": "", "settings": {}}]
    if band:
        worlds += [
            {
                "name": f"{entry}:{side}",
                "entry": entry,
                "side": side,
                "title": title,
                "settings": SETTINGS[entry, side],
            }
            for entry, title in BAND.items()
            for side in ("low", "high")
        ]
    units = [("central", k) for k in range(replications)] + [
        (world["name"], k) for world in worlds[1:] for k in range(band_replications)
    ]
    rows = [row for unit in units for row in _outcomes(*unit, bed_line)]
    worlds.append({"name": "other_luck", "entry": "", "side": "", "title": "Other luck", "settings": {}})
    rows += [row for unit in [*units, ("other_luck", 0), ("other_luck", 1)] for row in _persons(*unit)]
    _parquet(folder, "outcomes", [row for row in rows if costs or row["family"] != "cost"])
    central = [unit for unit in units if unit[0] == "central"]
    _parquet(folder, "people", [{"replication": 0, "scenario": "baseline", "row": 1}])
    _parquet(folder, "curves", [row for unit in central for row in _curves(*unit)])
    _parquet(folder, "calendar", [row for unit in central for row in _calendar(*unit)])
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    scenarios: list[dict[str, Any]] = [
        {
            "name": "baseline",
            "titles": ["Today's rules"],
            "why": [],
            "sources": [],
            "applies_to": "",
            "changes": {},
        }
    ]
    for name, titles in OPTIONS.items():
        changes = {path: change for part in name.split("+") for path, change in CHANGES[part].items()}
        why = ["Support that outlasts the <decision> & leaves time to find a home."]
        sources = ["Survivor support brief, Modern Slavery PEC, 15 November 2023"]
        scenarios.append(
            {
                "name": name,
                "titles": list(titles),
                "why": why,
                "sources": sources,
                "applies_to": "",
                "changes": changes,
            }
        )
    about = {"scenarios": scenarios, "worlds": worlds}
    (folder / "scenarios.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
    manifest = {
        "schema_version": 1,
        "complete": True,
        "run_id": folder.name,
        "title": "Today's rules against 4 options",
        "command": "cliffedge compare experiment.seed=7",
        "created": "2026-11-22T12:00:00+00:00",
        "versions": {"cliffedge": "0.1.0", "python": "3.11.7", "numpy": "2.0.0"},
        "config_hash": "0123456789ab",
        "source_hash": "ba9876543210",
        "seed": 7,
        "scenarios": list(SCENARIOS),
        "worlds": [world["name"] for world in worlds],
        "runs": [{"world": w, "replication": k, "scenario": s} for w, k in units for s in SCENARIOS],
        "files": {path.name: fingerprint(path) for path in folder.iterdir() if path.name != "manifest.json"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _parquet(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    pd.DataFrame(rows).to_parquet(folder / f"{name}.parquet")


def _noise(*address: object) -> float:
    """A fixed number between -1 and 1 for an address."""
    seed = sum((place + 1) * ord(letter) for place, letter in enumerate(repr(address)))
    return float(np.random.default_rng(seed).uniform(-1, 1))


def _outcomes(world: str, replication: int, bed_line: float | None = None) -> list[dict[str, Any]]:
    rows = []
    for place, scenario in enumerate(SCENARIOS):
        address = {"world": world, "replication": replication, "scenario": scenario}
        for metric, (level, share, effects, unit) in BEDS.items():
            effect = effects[place - 1] if place else 0.0
            if metric == "bed_line_mean" and effect and bed_line is not None:
                effect = bed_line
            chance = 1 + share * _noise(metric, replication) if world == "central" else 1.0
            about = {"unit": unit, "better": "lower", "family": "calendar", "group": "all", "metric": metric}
            value = level * chance + effect * (1 + 0.05 * _noise(metric, scenario, replication))
            rows.append({**address, **about, "value": value})
        for metric, (level, effects, spread, unit) in COSTS.items():
            effect = effects[place - 1] if place else 0.0
            chance = spread * _noise(metric, scenario, replication) if effect else 0.0
            about = {"unit": unit, "better": "lower", "family": "cost", "group": "all", "metric": metric}
            rows.append({**address, **about, "value": level + effect + chance})
        for group, size in {"all": 1.0, **GROUPS}.items():
            people = {"all": 4200, "region=north_east": 31, "region=wales": 300}.get(group, 1900)
            rows.append(
                {**address, "metric": "cohort_people", "group": group, "value": float(people)}
                | {"unit": "people", "better": "none", "family": "secondary"}
            )
            for metric, (level, effects, spread, unit) in HEADLINES.items():
                effect = effects[place - 1] if place else 0.0
                turn = {"post_cg_stay:high": 0.25, "asylum_pending:high": -0.2}.get(world, 1.0)
                noisy = 40.0 if group.startswith("region=") else 1.0
                chance = spread * noisy * _noise(metric, scenario, group, replication) if effect else 0.0
                about = {"unit": unit, "better": "lower", "family": "headline"}
                base = level * size + 2 * spread * _noise(metric, group, replication, world)
                rows.append(
                    {**address, "metric": metric, "group": group, **about}
                    | {"value": base + effect * turn * size + chance}
                )
    return rows


def _persons(world: str, replication: int) -> list[dict[str, Any]]:
    """Recovery, detection held, and who gains and who loses; with other luck the last alone."""
    rows = []
    luck = world == "other_luck"
    for place, scenario in enumerate([*SCENARIOS, "unchanged"] if luck else SCENARIOS):
        address = {"world": world, "replication": replication, "scenario": scenario, "group": "all"}
        for metric, (level, effects, spread, family, better) in () if luck else PERSONS.items():
            effect = effects[place - 1] if place else 0.0
            chance = spread * _noise(metric, scenario, replication) if effect else 0.0
            about = {"metric": metric, "unit": "share", "better": better, "family": family}
            rows.append({**address, **about, "value": level + effect + chance})
        for metric, effects in GAINS.items():
            effect = (*effects, 0.0)[place - 1] if place else 0.0
            alone = OTHER_LUCK[metric] if luck and place else 0.0
            chance = 0.002 * _noise(metric, scenario, replication) if effect else 0.0
            about = {"metric": metric, "unit": "share", "better": "none", "family": "coupled"}
            rows.append({**address, **about, "value": effect + alone + chance})
    return rows


def _curves(world: str, replication: int) -> list[dict[str, Any]]:
    rows = []
    days = np.arange(731.0)
    for place, scenario in enumerate(SCENARIOS):
        less = (0.0, 0.032, 0.017, 0.0, 0.048)[place]
        insecure = 0.33 + 0.1 * np.exp(-days / 200) - less * np.exp(-days / 700)
        shares = {
            "safehouse": 0.12 * np.exp(-days / 150) + less * np.exp(-days / 250),
            "council temporary accommodation": 0.08 + 0.02 * days / 730,
            "asylum accommodation": 0.15 * np.exp(-days / 600),
            "insecure or none": insecure,
            "not known": 0 * days,
            "custody": 0.02 + 0 * days,
            "died or left the UK": 0.05 * days / 730,
        }
        shares["settled home"] = 1 - sum(shares.values())
        harm = 0.21 * (1 - np.exp(-days / 300)) * (1 - 0.3 * less)
        address = {"world": world, "replication": replication, "scenario": scenario}
        lines = [("places", category, shares[category]) for category in PLACES]
        lines += [("harm", "harm", harm), ("harm", "RP5", harm / 2)]
        lines += [("recorded", "recorded", 1.8 * harm), ("recorded", "RP2", harm)]
        for curve, category, values in lines:
            rows += [
                {**address, "curve": curve, "x": x, "category": category, "value": value}
                for x, value in zip(days.tolist(), values.tolist(), strict=True)
            ]
    return rows


def _calendar(world: str, replication: int) -> list[dict[str, Any]]:
    rows = []
    quarters = [f"{year}Q{quarter}" for year in range(2014, 2032) for quarter in (1, 2, 3, 4)]
    known = (
        [2014, 2019.9, 2021, 2023, 2024, 2025, 2026, 2032],
        [100, 11700, 17300, 29700, 26000, 17500, 5600, 6900],
    )
    for place, scenario in enumerate(SCENARIOS):
        address = {"world": world, "replication": replication, "scenario": scenario}
        wobble = 1 + 0.01 * _noise(replication)
        for index, quarter in enumerate(quarters):
            year = 2014 + index / 4
            ahead = place * 0.03 * max(0.0, year - 2027.25)
            busy = np.interp(year, [2014, 2018, 2022, 2025, 2032], [570, 1700, 4500, 6000, 6800]) * wobble
            values = {
                "referrals": busy,
                "rg_decisions": busy * 0.97,
                "cg_decisions": np.interp(year, [2014, 2021, 2023, 2026, 2032], [400, 800, 2600, 7300, 4200])
                * wobble,
                "cg_backlog": np.interp(year + 0.25, *known) * wobble,
                "rg_backlog": 400 * wobble,
                "people_in_support": np.interp(
                    year, [2014, 2018, 2023, 2026, 2032], [500, 2000, 7400, 5200, 4800]
                )
                * (1 + ahead),
                "beds_occupied_mean": min(700.0, 150 + 60 * (year - 2014)) * wobble,
                "bed_line": 30 * wobble * (1 + 4 * ahead),
                "service_people:lifeline": 700.0,
                "service_people:quiet": 25.0,
            }
            rows += [
                {**address, "series": name, "period": quarter, "value": float(v)}
                for name, v in values.items()
            ]
        for year in range(2014, 2032):
            values = {
                "cg_wait_mean": np.interp(year, [2014, 2019, 2024, 2026, 2031], [120, 400, 850, 300, 200]),
                "cg_wait_median": np.interp(year, [2014, 2019, 2024, 2026, 2031], [100, 300, 780, 250, 180]),
                "rg_wait_median": 6.0 if year < 2023 else 24.0,
                "repeat_referrals": 120.0 * (year - 2014),
                "duties_started": 500.0 * (year - 2013),
                "rough_one_night": 47.0 * (year - 2013),
                "service_joined:lifeline": 2000.0,
                "service_served_share:lifeline": 0.2,
                "service_joined:quiet": 100.0,
                "service_served_share:quiet": 1.0,
                "bed_wait_median": np.inf if year < 2016 else 9.0 + 3 * place if year > 2026 else 9.0,
            }
            rows += [
                {**address, "series": name, "period": str(year), "value": float(v) * wobble}
                for name, v in values.items()
            ]
            entrants = 900.0 + 300 * (year - 2014)
            period = f"{year}/{(year + 1) % 100:02d}"
            rows.append({**address, "series": "support_entrants", "period": period, "value": entrants})
            duties = {"series": "duties_started", "period": period, "value": 500.0 * (year - 2013)}
            rows.append({**address, **duties})
    return rows
