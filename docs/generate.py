"""The generated part of the documentation: command line, parameters, interface, map of events, pathway chart.

`conf.py` calls `write` before Sphinx looks for pages; nothing of it is kept in git, so it cannot go stale.
Every word comes from the code and the evidence register. Not here: the pages that people write.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import event_map
import pathway_chart

ROOT = Path(__file__).resolve().parent.parent

ROOMS = {
    "people": "Who is referred, when, and who they are",
    "decisions": "Reasonable and conclusive grounds",
    "support": "Support under the Victim Care Contract",
    "status": "Immigration status",
    "places": "Where people live, and how places end",
    "housing": "Housing duties, homes and lines",
    "services": "Services beside and after the NRM",
    "barriers": "Barriers to services",
    "risk": "Crisis, harm and return",
    "costs": "Prices",
    "policy": "When options start, and whom they reach",
    "experiment": "How a run is made",
}
"""What the parameters of each branch are about; a branch that is missing here is shown under its own name."""

INTERFACE = {
    "Configuration": ("sim.config.compose", "sim.config.evidence", "sim.config.stories", "sim.config.values"),
    "People and chance": ("sim.people.population", "sim.people.chance", "sim.people.variates"),
    "Engine": ("sim.engine.simulate", "sim.engine.log", "sim.engine.queues", "sim.engine.environment"),
    "Outcomes": (
        "sim.outcomes.measure",
        "sim.outcomes.metric",
        "sim.outcomes.registry",
        "sim.outcomes.cohort",
        "sim.outcomes.spells",
        "sim.outcomes.survival",
        "sim.outcomes.paired",
        "sim.outcomes.stations",
    ),
    "Experiments": (
        "sim.experiment.plan",
        "sim.experiment.runner",
        "sim.experiment.store",
        "sim.experiment.result",
        "sim.experiment.compare",
    ),
    "Presentation": ("sim.present.report", "sim.present.player", "sim.present.exports"),
    "Errors": ("sim.errors",),
}
"""The modules that other programs and notebooks may rely on, by room."""

OUTSIDE = {"README.md": "readme", "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog"}
OUTSIDE |= {"SECURITY.md": "security", "CODE_OF_CONDUCT.md": "code_of_conduct"}
"""Pages that stand at the top of the project, and their names in the site."""


def write(folder: Path) -> None:
    """Write every generated page into a folder, replacing what an earlier build left there."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    pages = {
        "cli.md": command_line(),
        "parameters.md": parameters_index(),
        "api.md": interface(),
        **parameters(),
        **{f"{name}.md": outside(file) for file, name in OUTSIDE.items()},
        **event_map.pages(),
        **pathway_chart.pages(),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


# -------------------------------------------------------------------------------------- pages from elsewhere
def outside(file: str) -> str:
    """A page from the top of the project, its links turned so that they hold inside the site."""
    text = (ROOT / file).read_text("utf-8")
    text = re.sub(r"\]\(docs/([^)]+)\)", r"](../\1)", text)
    for other, name in OUTSIDE.items():
        text = text.replace(f"]({other}", f"]({name}.md")
    text = text.replace("](../images/", "](../images/")
    return _unlinked(text, keep=r"\.\./[\w/]+\.(?:md|svg|png)|[\w]+\.md|#|https?:")


def point_links_inside(_app: Any, page: str, source: list[str]) -> None:
    """Turn links from a page to files outside ``docs`` into links to their copies, or into plain words."""
    if page.startswith("_generated/"):
        return
    text = source[0]
    for file, name in OUTSIDE.items():
        text = text.replace(f"](../{file}", f"](_generated/{name}.md")
    source[0] = _unlinked(text, keep=r"(?!\.\./)")


def _unlinked(text: str, keep: str) -> str:
    """Leave only the words of links whose target does not begin with `keep`."""
    return re.sub(rf"(?<!!)\[([^\]]+)\]\((?!{keep})[^)\s]+\)", r"\1", text)


# ---------------------------------------------------------------------------------------------- command line
def command_line() -> str:
    """Every verb with its words and options, from the command line itself."""
    import typer.main

    from sim.cli import app

    text = [
        "# Command line\n\nMade from the command line itself: `cliffedge VERB --help` says the same. "
        "It ends with code 0 when done, 2 for a mistake to put right (the message names the nearest valid "
        "thing), 130 when interrupted.\n"
    ]
    top: Any = typer.main.get_command(app)
    for name, command in top.commands.items():
        _verb(f"cliffedge {name}", command, text)
    return "\n".join(text)


def _verb(name: str, command: Any, text: list[str]) -> None:
    told = " ".join((command.help or "").split())
    if hasattr(command, "commands"):
        text.append(f"## {name}\n\n{told}\n")
        for below, one in command.commands.items():
            _verb(f"{name} {below}", one, text)
        return
    words = [_word(one) for one in command.params if one.param_type_name == "argument"]
    usage = " ".join([name, *words, *(["[OPTIONS]"] if len(words) < len(command.params) else [])])
    text.append(f"## {name}\n\n{_plain(told)}\n\n    {usage}\n")
    rows = []
    for parameter in command.params:
        option = parameter.param_type_name == "option"
        shown = f"`{', '.join(parameter.opts)}`" if option else f"`{_word(parameter)}`"
        default = parameter.default
        usual = "" if default in (None, "", (), [], False) or callable(default) else f"`{default}`"
        rows.append(f"| {shown} | {_plain(getattr(parameter, 'help', '') or '')} | {usual} |")
    if rows:
        text.append("| word or option | what it does | unless given |\n|---|---|---|")
        text.extend([*rows, ""])


def _word(argument: Any) -> str:
    """What stands for an argument in the usage line."""
    return str(argument.metavar or argument.name.upper())


def _plain(words: str) -> str:
    """Words as they are, in a cell of a Markdown table."""
    words = " ".join(words.split())
    return re.sub(r"([|<>*_\[\]$])", r"\\\1", words)


# ------------------------------------------------------------------------------------------------ parameters
def _branches() -> dict[str, list[tuple[str, Any]]]:
    from sim.config.compose import baseline
    from sim.config.tree import leaves

    found: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for path, value in leaves(baseline()):
        found[path.split(".")[0]].append((path, value))
    return dict(sorted(found.items(), key=lambda one: (*ROOMS, one[0]).index(one[0])))


def parameters_index() -> str:
    """The page that leads to the parameters of each branch."""
    from sim.config.evidence import register

    entries = register().entries
    assumed = sum(entry.confidence == "assumed" for entry in entries)
    branches = _branches()
    text = [
        "# Parameters\n",
        f"{sum(map(len, branches.values()))} parameters, with {len(entries)} entries in the register of "
        f"evidence (an entry may cover a branch); {assumed} entries rest on no published source. `cliffedge "
        "explain PATH` gives one parameter in full, with its sources. A value that changed by law or "
        "practice has its dates.\n",
        "```{toctree}\n:maxdepth: 1\n",
        *(f"parameters_{branch}" for branch in branches),
        "```\n",
    ]
    return "\n".join(text)


def parameters() -> dict[str, str]:
    """One page a branch: every parameter with value, unit, range, source and confidence."""
    return {f"parameters_{branch}.md": _branch(branch, found) for branch, found in _branches().items()}


def _branch(branch: str, found: list[tuple[str, Any]]) -> str:
    from sim.config.evidence import register

    about = register()
    text = [
        f"# {ROOMS.get(branch, branch)}: `{branch}`\n",
        "Names are shown below the heading that they go on from. A *lever* is something that somebody could "
        "decide; *world* is how the world is, not ours to choose; *run* is how a run is made.\n",
    ]
    by_group: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for path, value in found:
        names = path.split(".")
        by_group[".".join(names[:2]) if len(names) > 2 else branch].append((path, value))
    for group, members in by_group.items():
        if group != branch:
            text.append(f"## {group}\n")
        text.append("| parameter | meaning | value | range | evidence |\n|---|---|---|---|---|")
        for path, value in members:
            entry = about.entry(path)
            low_high = f"{entry.range[0]:g} to {entry.range[1]:g}" if entry.range else entry.distribution
            cells = (
                f"`{path.removeprefix(group + '.')}`",
                _plain(f"{entry.meaning} ({entry.kind})"),
                _plain(f"{_value(value)} ({entry.unit})"),
                _plain(low_high or "none"),
                _plain(_evidence(entry)),
            )
            text.append("| " + " | ".join(cells) + " |")
        text.append("")
    return "\n".join(text)


def _evidence(entry: Any) -> str:
    """Confidence and the first two sources, or why the value is assumed."""
    titles = list(dict.fromkeys(source.title for source in entry.sources))
    more = f"; and {len(titles) - 2} more" if len(titles) > 2 else ""
    told = "; ".join(titles[:2]) + more or entry.assumed or ""
    return f"{entry.confidence}: {told}" if told else str(entry.confidence)


def _value(value: Any) -> str:
    """A value as `cliffedge explain` words it, a long list of dates cut to its ends."""
    from sim.commands import value_in_words
    from sim.config.values import Dated

    if isinstance(value, Dated) and len(value.values) > 6:
        first, last = value.values[0], value.values[-1]
        return f"{len(value.values)} dated values, {value.dates[0]}: {first:g} to {value.dates[-1]}: {last:g}"
    return value_in_words(value)


# ----------------------------------------------------------------------------------- programming interface
def interface() -> str:
    """The public modules with what their docstrings say, read by Sphinx's autodoc."""
    text = [
        "# Programming interface\n\nThe modules that notebooks and other programs may rely on, from their "
        "own docstrings. Every module says at its top what it is for and what it is not; every other "
        "module may change without notice.\n"
    ]
    for room, modules in INTERFACE.items():
        text.append(f"## {room}\n")
        for module in modules:
            text.append(f"### {module}\n")
            text.append(f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n")
    return "\n".join(text)
