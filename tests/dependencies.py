"""The page of dependencies and licences, from the lock and from what installed packages say of themselves.

`python -m tests.dependencies` prints it; `--write` puts it into docs/dependencies.md. No network is asked.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
ABSENT = "not installed where this list was made"

HEAD = """# Dependencies and licences

Every package of `requirements.lock`: its version, the licence that it states of itself, and why it is there.
`cliffedge` needs the core; each extra adds what stands under its name (`pip install 'cliffedge[pdf]'`). A
package is listed once, where it is first needed. Cliff Edge itself is under the [MIT licence](../LICENSE).

Made from the lock and from installed metadata, without a network; a test compares it with the lock. After the
lock has changed:

```sh
.venv/bin/python -m tests.dependencies --write
```

Known vulnerabilities are looked up by `make audit`, which needs the network and says so where there is none.
"""


def locked() -> dict[str, tuple[str, str]]:
    """Name to version and marker of every package in the lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\\n]*))?", text, flags=re.MULTILINE)
    return {canonicalize_name(name): (version, marker.strip()) for name, version, marker in found}


def licence(name: str) -> str:
    """What an installed package says of its licence: the expression, else its classifiers, else its words."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ABSENT
    if expression := about.get("License-Expression"):
        return str(expression)
    classified = [
        line.split("::")[-1].strip()
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    words = (about.get("License") or "").strip().splitlines()
    if classified:
        return "; ".join(classified)
    return words[0][:60] if words and words[0] != "UNKNOWN" else "stated in its files only"


def needs(name: str, extras: Iterable[str]) -> dict[str, set[str]]:
    """The packages that an installed one asks for here, with the extras it asks them for."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return {}
    found: dict[str, set[str]] = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        ):
            found.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    return found


def groups() -> dict[str, list[str]]:
    """Title of each part of the page to the requirements that are named for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {"Core": project["dependencies"]}
    for extra, lines in project["optional-dependencies"].items():
        named[f"Extra `{extra}`"] = lines
    return named


def closure(lines: Iterable[str], known: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Every locked package that these requirements bring, and which packages need it."""
    waiting = [(canonicalize_name(each.name), "", tuple(each.extras)) for each in map(Requirement, lines)]
    found: dict[str, list[str]] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, by, extras = waiting.pop(0)
        if name not in known:
            continue
        found.setdefault(name, []).append(by)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        waiting += [(other, name, tuple(sorted(asked))) for other, asked in needs(name, extras).items()]
    return found


def page() -> str:
    """The whole page."""
    known = locked()
    told: set[str] = set()
    parts = [HEAD]
    for title, lines in groups().items():
        brought = {name: by for name, by in closure(lines, known).items() if name not in told}
        parts.append(_part(title, brought, known))
        told |= set(brought)
    rest = {name: ["tests, checks and building"] for name in known if name not in told}
    parts.append(_part("Tests, checks, building, and other systems", rest, known))
    return "\n".join(parts)


def _part(title: str, brought: dict[str, list[str]], known: dict[str, tuple[str, str]]) -> str:
    """One table."""
    rows = ["| package | version | licence | why |", "|---|---|---|---|"]
    for name in sorted(brought):
        version, marker = known[name]
        others = sorted(set(brought[name]) - {""})
        why = "named" if "" in brought[name] else "for " + ", ".join(others[:3]) + ", ..." * (len(others) > 3)
        if marker:
            why = f"only where `{marker}`"
        rows.append(f"| {name} | {version} | {licence(name)} | {why} |")
    return f"## {title}\n\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
