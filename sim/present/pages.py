"""What every page has in common: its template, its style sheet, and that it is written whole.

`html_of` fills one of the templates beside this module, all of which but the player's extend ``base.html``;
`write` puts the page on the disk. What a page says is decided by its own module, not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

TEMPLATES: Final = Path(__file__).with_name("templates")
_DOTTED: Final = re.compile(r"[a-z_0-9*]+(\.[a-z_0-9*]+)+")


def dotted(cell: str) -> Markup:
    """A cell, escaped; the dotted name of a parameter may break behind each dot."""
    from markupsafe import Markup, escape

    if _DOTTED.fullmatch(cell):
        return Markup(escape(cell).replace(".", Markup(".<wbr>")))
    return escape(cell)


def by_word(command: str) -> Markup:
    """A command that breaks at its spaces, and inside a word only where the word fills the line."""
    from markupsafe import Markup

    words = (Markup('<span class="word">{}</span>').format(word) for word in command.split(" "))
    return Markup(" ").join(words)


def template(name: str, breakable: Callable[[str], Markup] | None = None) -> Template:
    """One of the templates, which refuses to leave out what it is not given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import escape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable or escape
    environment.filters["by_word"] = by_word
    return environment.get_template(name)


def html_of(
    name: str,
    shown: dict[str, Any],
    *,
    styles: Sequence[str] = ("page.css",),
    roomy: bool = False,
    breakable: Callable[[str], Markup] | None = None,
) -> str:
    """A page as HTML.

    Parameters
    ----------
    name : str
        Name of a file among the templates.
    shown : dict of str to Any
        What the template asks for. ``whole``, true where folded parts stand open, is false unless given.
    styles : sequence of str, default ("page.css",)
        Names of style sheets among the templates, in the order in which they hold.
    roomy : bool, default False
        True for a page of wide tables: the page itself is wider, and no table is wider than it.
    breakable : callable of str to Markup, optional
        Where a table's cell may break, besides its spaces; without it nowhere.

    Raises
    ------
    jinja2.UndefinedError
        If the template asks for something that `shown` does not hold.
    """
    from markupsafe import Markup

    sheets = (*styles, "roomy.css") if roomy else styles
    style = Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in sheets))
    return template(name, breakable).render({"whole": False, **shown, "style": style, "roomy": roomy})


def write(target: Path, made: str | bytes, what: str = "page") -> Path:
    """Put a page on the disk whole, or not at all; an earlier one of that name is replaced.

    Parameters
    ----------
    target : Path
        The file.
    made : str or bytes
        What it shall hold; text is written as UTF-8.
    what : str, default "page"
        Noun for the message if it fails.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    SimError
        If it cannot be written.
    """
    from sim.experiment.disk import on_disk, write_whole

    with on_disk(target, f"write the {what}"):
        write_whole(target, made)
    return target
