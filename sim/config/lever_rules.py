"""Which rule a lever changes: the section of the pathway, the law it stands in, and the event it acts on.

Read from ``configs/evidence/rules/levers.yaml``. What a lever's value means, and where it comes from, is for
the evidence register (`evidence.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, from_validation
from sim.config.places import data_dir
from sim.config.values import Text
from sim.errors import SimError


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    section: int
    rule: Text | None = None
    law: Text
    acts: Text


@dataclass(frozen=True)
class LeverRule:
    """The rule that a lever changes.

    Attributes
    ----------
    section : int
        Of docs/pathway.md.
    rule : str
        Of the decision table of housing law, R0 to R12; empty for other rules.
    law, acts : str
        Where the rule stands, and the event on which the lever acts.
    """

    section: int
    rule: str
    law: str
    acts: str

    def words(self) -> str:
        """Return the rule as one line."""
        rule = f", {self.rule}" if self.rule else ""
        return f"docs/pathway.md section {self.section}{rule}; {self.law}"


def rule_of(path: str) -> LeverRule:
    """Return the rule that a lever changes; the most specific entry speaks.

    Raises
    ------
    SimError
        If no entry covers the path.
    """
    names = path.split(".")
    for length in range(len(names), 0, -1):
        for known, rule in _rules().items():
            pattern = known.split(".")
            if len(pattern) == length and all(p in ("*", n) for p, n in zip(pattern, names, strict=False)):
                return rule
    raise SimError(
        f"{path}: no rule is named for this lever; allowed: paths in configs/evidence/rules/levers.yaml"
    )


@cache
def _rules() -> dict[str, LeverRule]:
    file = data_dir("configs") / "evidence" / "rules" / "levers.yaml"
    rules = {}
    for path, told in read_mapping(file).items():
        try:
            one = _Told.model_validate(told)
        except ValidationError as error:
            shape = dict.fromkeys(_Told.model_fields)
            raise ConfigurationError(from_validation(error, shape, lambda _: shown_path(file))) from None
        rules[str(path)] = LeverRule(one.section, one.rule or "", one.law, one.acts)
    return rules
