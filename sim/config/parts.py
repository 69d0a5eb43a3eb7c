"""What every branch of the parameter tree is: frozen, strict about names, able to check sums of shares.

Not a parameter itself; the branches stand in the ``schema_*`` modules and meet in ``sim.config.schema``.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator


class Part(BaseModel):
    """A branch of the tree: frozen, and unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    shares_of_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Names of shares that together make up at most a whole; studies vary them within it."""

    @model_validator(mode="after")
    def shares_stay_within_a_whole(self) -> Self:
        for names in self.shares_of_one:
            self._must_not_exceed_one(*names)
        return self

    def _sum(self, *names: str) -> float:
        """Return the sum of the named shares, in the order given."""
        total = 0.0
        for name in names:
            total += getattr(self, name)
        return total

    def _must_sum_to_one(self, *names: str) -> None:
        total = self._sum(*names)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares {', '.join(names)} must sum to 1, not {total:.6g}")

    def _must_not_exceed_one(self, *names: str) -> None:
        total = self._sum(*names)
        if total > 1 + 1e-6:
            raise ValueError(f"the shares {', '.join(names)} together must be at most 1, not {total:.6g}")

    def _must_ascend(self, lower: str, upper: str) -> None:
        low, high = getattr(self, lower), getattr(self, upper)
        if low > high:
            raise ValueError(f"{lower} ({low:g}) must not be above {upper} ({high:g})")
