"""Requirements stand in three files; these checks keep the three of one mind."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def requirements_in(checkout: Path) -> list[Requirement]:
    lines = (checkout / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def locked(checkout: Path) -> dict[str, str]:
    """Name -> version of each package in the lock."""
    text = (checkout / "requirements.lock").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def test_every_dependency_of_the_package_is_named_alike_in_requirements_in(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    named = {str(requirement) for requirement in requirements_in(checkout)}
    declared = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    assert {str(Requirement(line)) for line in declared} <= named


def test_the_lock_satisfies_every_requirement(checkout: Path) -> None:
    versions = locked(checkout)
    for requirement in requirements_in(checkout):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is in requirements.in and not in requirements.lock"
        assert requirement.specifier.contains(versions[name]), (
            f"{requirement} against locked {versions[name]}"
        )


def test_every_locked_package_carries_a_hash_and_no_address(checkout: Path) -> None:
    text = (checkout / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(locked(checkout))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE)
