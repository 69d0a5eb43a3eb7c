"""The shipped configuration of the people, read straight into its models, for tests of the population."""

from pathlib import Path
from typing import Any

import yaml

from sim.config.schema import Arrivals, People, Status, Traits

CONFIGS = Path(__file__).resolve().parents[1] / "configs"


def _read(path: str) -> dict[str, Any]:
    return dict(yaml.safe_load((CONFIGS / path).read_text(encoding="utf-8")))


def people(arrivals: dict[str, Any] | None = None, traits: dict[str, Any] | None = None) -> People:
    """The part `people`, with some values of its arrivals or traits replaced."""
    told = _read("people/arrivals.yaml")["arrivals"] | (arrivals or {})
    borne = _read("people/traits.yaml")["traits"] | (traits or {})
    return People(arrivals=Arrivals(**told), traits=Traits(**borne))


def status(**changed: Any) -> Status:
    """The part `status`, with some values replaced."""
    return Status(**(_read("status/status.yaml") | changed))


def section(path: str, *names: str) -> dict[str, Any]:
    """One branch of a configuration file, to be changed and given back to `people` or `status`."""
    branch = _read(path)
    for name in names:
        branch = branch[name]
    return branch
