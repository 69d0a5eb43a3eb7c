"""The page of an analysis: what was found, in a figure, a table and words, and what it does not cover.

Reads the stored findings of one of `sim.study`'s analyses and puts `study.html` beside them. What each kind
says is in `sim.present.study_sensitivity`, `study_uncertainty` and `study_choice`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import SimError
from sim.present import pages
from sim.present.figures import Block, Table

if TYPE_CHECKING:
    from sim.study.asking import Findings

FILE_NAME: Final = "study.html"
LONG: Final = 40
"""Rows beyond which a table is folded away."""


@dataclass(frozen=True)
class Section:
    """A part of the page: heading, paragraphs, and a figure or a table with figures from this column on."""

    heading: str
    words: Sequence[str]
    block: Block | None = None
    table: Table | None = None
    lead: bool = False
    numeric_from: int = 1


@dataclass(frozen=True)
class Page:
    """What the template shows; the first section's words are the answer."""

    title: str
    about: str
    sections: Sequence[Section]
    not_covered: Sequence[str]
    reading: str


def page_of(found: Findings) -> Page:
    """Say what was found.

    Raises
    ------
    SimError
        If these findings are of a kind that this version does not know.
    """
    from sim.present import study_choice, study_sensitivity, study_uncertainty

    kinds: dict[str, Callable[[Findings], Page]] = {
        "sensitivity": study_sensitivity.page,
        "uncertainty": study_uncertainty.page,
        "choice": study_choice.regret_page,
        "budget": study_choice.budget_page,
        "solve": study_choice.solve_page,
    }
    if found.kind not in kinds:
        raise SimError(
            f"kind {found.kind!r}: is no analysis this version knows; there are: {', '.join(kinds)}"
        )
    return kinds[found.kind](found)


def answer(found: Findings) -> list[str]:
    """The answer in words, for the terminal."""
    return list(page_of(found).sections[0].words)


def write(folder: Path) -> Path:
    """Write the page of stored findings.

    Raises
    ------
    SimError
        If the findings cannot be read, or the page cannot be written.
    """
    from sim.study.asking import Findings

    return pages.write(folder / FILE_NAME, render(Findings.read(folder)))


def render(found: Findings) -> str:
    """The page as HTML."""
    import re

    from markupsafe import Markup, escape

    def breakable(text: str) -> Markup:
        """Long paths may be broken at their dots, underscores and equals signs; numbers stay whole."""
        return (
            Markup(re.sub(r"(\.(?=[A-Za-z])|_|=)", r"\1<wbr>", str(escape(text))))
            if "_" in text
            else escape(text)
        )

    page = page_of(found)
    settings = found.settings
    facts = (
        ("Command", settings["command"] or "made from Python, without a command"),
        ("Held in the whole study", ", ".join(settings["world"]) or "the model as it is"),
        ("Replications of each setting", str(settings["replications"])),
        ("Seed", str(settings["seed"])),
        ("Program", str(settings["program"])),
    )
    return pages.html_of("study.html", {"facts": facts, "long": LONG, **vars(page)}, breakable=breakable)


# ------------------------------------------------------------------------------- words common to all kinds
COMMON: Final = (
    "Whether the model's structure is right where it cannot be switched, and what is not modelled at all.",
)


@dataclass(frozen=True)
class Measure:
    """A measure as readers meet it."""

    name: str
    title: str
    unit: str
    scale: float
    money: bool = False

    @classmethod
    def of(cls, metric: str) -> Measure:
        """Titles and units; shares in percentage points."""
        from sim.outcomes.registry import metric as registered
        from sim.present.money import POUNDS
        from sim.present.names import metric_name
        from sim.present.words import noun_of

        unit = registered(metric).unit
        scale = 100.0 if unit == "share" else 1.0
        return cls(metric, metric_name(metric).title, noun_of(unit), scale, unit in POUNDS)

    @property
    def axis(self) -> str:
        """The unit as it stands beside figures, on an axis or in the head of a table."""
        return f"£ {self.unit}" if self.money else self.unit

    def figure(self, value: float, *, sign: bool = True) -> str:
        """A value with three digits or so, a share in percent, an amount of money with its sign."""
        return amount(value, sign=sign) if self.money else number(self.scale * value, sign=sign)

    def ends(self, low: float, high: float, *, sign: bool = True) -> str:
        """An interval, written as `figure` writes its ends: without the unit but for money."""
        return f"{self.figure(low, sign=sign)} to {self.figure(high, sign=sign)}"


def number(value: float, *, sign: bool = False) -> str:
    """A value in any unit with about three digits, thousands parted; a true minus sign."""
    import math

    from sim.present.words import MINUS

    if not math.isfinite(value):
        return "not known"
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.995 else 3
    text = f"{size:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return (MINUS if value < 0 else "+" if sign else "") + text


def amount(value: float, *, sign: bool = False) -> str:
    """An amount of money: the sign before the sign of currency, and pence only where pounds are few.

    Examples
    --------
    >>> amount(-1234.4), amount(17.42), amount(3.2, sign=True), amount(0.5), amount(0.004)
    ('−£1,234', '£17', '+£3.20', '£0.50', '£0')
    """
    import math

    from sim.present.words import MINUS

    if not math.isfinite(value):
        return "not known"
    text = f"{abs(value):,.2f}" if abs(value) < 9.995 else f"{abs(value):,.0f}"
    if text == "0.00":
        return "£0"
    return f"{MINUS if value < 0 else '+' if sign else ''}£{text}"


def rule_words(rule: str) -> str:
    """A stated rule of benefit with the names of its measures in plain words.

    Examples
    --------
    >>> rule_words("£50 x insecure_days_year_1 avoided - cost_public added, per survivor")
    '£50 x [days with nowhere secure, first year] avoided − [cost to public bodies] added, per survivor'
    """
    import re

    from sim.present.names import metric_name

    def plain(found: re.Match[str]) -> str:
        title = metric_name(found[0]).title
        return f"[{title[0].lower()}{title[1:]}]"

    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", plain, rule).replace(" - ", " − ")


def starting(words: str) -> str:
    """These words at the start of a sentence."""
    return words[:1].upper() + words[1:]


def option_words(words: str) -> str:
    """An option as readers meet it: the titles of its stories."""
    from sim.config.stories import available

    titles_of = {card.name: card.title for card in available()}
    titles = [
        titles_of.get(part, "today's rules" if part in ("", "today") else part) for part in words.split("+")
    ]
    return " + ".join(titles)
