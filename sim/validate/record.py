"""Every published target, whatever its role, and what was published that the model has no quantity for.

For the validation page and its tests. Fitting code must not import this: it reads `sim.validate.fitted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sim.errors import SimError
from sim.validate.target import ROLES, Target, read_role, targets_folder


@dataclass(frozen=True)
class Untested:
    """A published figure with no quantity in the model, or none that is worth setting beside it."""

    what: str
    published: str
    source: str
    reason: str


@cache
def every_target() -> tuple[Target, ...]:
    """Return all targets: by role, then in the order of the files.

    Raises
    ------
    SimError
        If a file is mistaken, or one target has two roles.
    """
    found = tuple(target for role in ROLES for target in read_role(role))
    roles: dict[str, str] = {}
    for target in found:
        if roles.setdefault(target.id, target.role) != target.role:
            raise SimError(
                f"target {target.id} has the roles {roles[target.id]} and {target.role}; allowed: one"
            )
    return found


@cache
def untested() -> tuple[Untested, ...]:
    """Return the published figures that are not compared, each with its reason.

    Raises
    ------
    SimError
        If the list cannot be read.
    """
    import yaml

    path = targets_folder() / "untested.yaml"
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(Untested(**row) for row in rows)
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise SimError(f"{path} cannot be read: {error}") from error


@cache
def mechanisms() -> dict[str, str]:
    """Return what is known to lie behind a miss, by series of figures, for those where something is known."""
    import yaml

    path = targets_folder() / "mechanisms.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(name): str(words) for name, words in content.items()}
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise SimError(f"{path} cannot be read: {error}") from error
