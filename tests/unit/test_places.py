"""Configs and scenarios are looked for in two places, in a fixed order, and nowhere else."""

import re
from pathlib import Path

import pytest

from sim.config.places import data_dir, scenario_dirs
from sim.errors import SimError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An empty `sim` package folder with nothing around it."""
    folder = tmp_path / "around" / "sim"
    folder.mkdir(parents=True)
    return folder


def lay_checkout(package: Path) -> None:
    (package.parent / "pyproject.toml").touch()
    for name in ("configs", "scenarios"):
        (package.parent / name).mkdir()


def lay_packaged(package: Path) -> None:
    for name in ("configs", "scenarios"):
        (package / "_data" / name).mkdir(parents=True)


def test_this_checkout_reads_its_own_top_level_folders(checkout: Path) -> None:
    assert data_dir("configs") == checkout / "configs"
    assert data_dir("scenarios") == checkout / "scenarios"


def test_a_checkout_without_packaged_data_uses_the_folder_beside_the_package(package: Path) -> None:
    lay_checkout(package)
    assert data_dir("configs", package=package) == package.parent / "configs"


def test_packaged_data_comes_before_the_checkout(package: Path) -> None:
    lay_checkout(package)
    lay_packaged(package)
    assert data_dir("configs", package=package) == package / "_data" / "configs"


def test_a_folder_of_that_name_beside_an_installed_package_is_not_ours(package: Path) -> None:
    (
        package.parent / "configs"
    ).mkdir()  # some other distribution's, in site-packages: no pyproject.toml there
    with pytest.raises(SimError, match="configs folder is missing"):
        data_dir("configs", package=package)


def test_the_current_folder_is_no_source_of_configs(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SimError, match=re.escape(str(package / "_data" / "configs"))):
        data_dir("configs", package=package)


def test_an_unknown_kind_of_data_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(SimError, match=r"data_dir\('config'\).*allowed: configs, scenarios"):
        data_dir("config")  # type: ignore[arg-type]


def test_a_users_own_scenarios_are_searched_after_those_shipped(package: Path, tmp_path: Path) -> None:
    lay_packaged(package)
    work = tmp_path / "work"
    work.mkdir()
    shipped = package / "_data" / "scenarios"
    assert scenario_dirs(work, package=package) == (shipped,)
    (work / "scenarios").mkdir()
    assert scenario_dirs(work, package=package) == (shipped, work / "scenarios")


def test_working_inside_the_checkout_names_its_scenarios_once(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    assert scenario_dirs() == (checkout / "scenarios",)
