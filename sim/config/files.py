"""Reading one YAML file strictly: what is empty, malformed or said twice is a mistake with file and line.

Dates stay words, so that an impossible one can be named by whoever expects a date. Nothing here knows what
the files are for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sim.config.mistakes import ConfigurationError, Mistake


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, is empty, is not YAML, is not a mapping, or names something twice.
    """
    import yaml

    place = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(place, f"is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise _wrong(place, f"cannot be read: {error.strerror or error}") from None
    try:
        content = yaml.load(text, Loader=_strict_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = " ".join(filter(None, [error.context, error.problem]))
        raise _wrong(f"{place}{line}", f"is not valid YAML: {problem}") from None
    except yaml.YAMLError as error:
        raise _wrong(place, f"is not valid YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise _wrong(place, "is not valid YAML: it is nested too deeply") from None
    if content is None:
        raise _wrong(place, "is empty; it must hold names and values (name: value)")
    if not isinstance(content, dict):
        raise _wrong(place, f"must hold names and values (name: value), not a {type(content).__name__}")
    return content


def shown_path(path: Path) -> str:
    """Return a path as the reader would type it: relative to the current folder where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return relative if not relative.startswith("..") else str(path)


def _wrong(place: str, problem: str) -> ConfigurationError:
    return ConfigurationError([Mistake(place, problem)])


def _strict_loader() -> Any:
    """Return a YAML loader that refuses names given twice, keeps dates as words and names as text."""
    import yaml

    class StrictLoader(yaml.SafeLoader):
        """Safe loading, minus dates, minus silent repetition."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: dict[str, int] = {}
            for key_node, _ in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    raise yaml.constructor.ConstructorError(
                        None, None, "a name must be a word, a number or a date", key_node.start_mark
                    )
                if key_node.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"{key_node.value!r} is given twice (first on line {seen[key_node.value]})",
                        key_node.start_mark,
                    )
                seen[key_node.value] = key_node.start_mark.line + 1
            self.flatten_mapping(node)
            return {
                key_node.value: self.construct_object(value_node, deep=True)
                for key_node, value_node in node.value
            }

    StrictLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return StrictLoader
