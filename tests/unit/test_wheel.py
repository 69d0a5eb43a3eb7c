"""A wheel carries what it needs: installed elsewhere, it finds its configs and scenarios."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def yaml_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}


@pytest.mark.parametrize("name", ["configs", "scenarios"])
def test_the_wheel_carries_every_yaml_file_of_the_checkout(wheel: Path, checkout: Path, name: str) -> None:
    prefix = f"sim/_data/{name}/"
    with zipfile.ZipFile(wheel) as archive:
        shipped = {path.removeprefix(prefix) for path in archive.namelist() if path.startswith(prefix)}
    expected = yaml_below(checkout / name)
    assert expected, f"the checkout has no YAML file in {name}/"
    assert {path for path in shipped if path.endswith(".yaml")} == expected


def test_the_wheel_carries_every_module_and_nothing_beside_the_package(wheel: Path, checkout: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(checkout).as_posix() for path in (checkout / "sim").rglob("*.py")}
    assert modules | {"sim/py.typed"} <= names
    tops = {name.split("/", 1)[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sim"}


def test_the_command_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (declared,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        assert "cliffedge = sim.cli:main" in archive.read(declared).decode().splitlines()


ASK_THE_INSTALLED_PACKAGE = """
import json, sim
from sim.config.places import data_dir, scenario_dirs
configs = data_dir("configs")
print(json.dumps({
    "version": sim.__version__,
    "package": sim.__file__,
    "configs": str(configs),
    "config_files": sorted(path.relative_to(configs).as_posix() for path in configs.rglob("*.yaml")),
    "scenarios": [str(folder) for folder in scenario_dirs()],
}))
"""


@pytest.mark.deep
def test_an_installed_wheel_finds_its_configs_in_an_empty_folder_elsewhere(
    wheel: Path, checkout: Path, tmp_path: Path
) -> None:
    target, elsewhere = tmp_path / "target", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    installed = subprocess.run(install, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stdout + installed.stderr

    # -S leaves out the environment's packages, and with them the checkout this test runs from.
    asked = subprocess.run(
        [sys.executable, "-S", "-c", ASK_THE_INSTALLED_PACKAGE],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    inside = target.resolve() / "sim"
    assert Path(answer["package"]).resolve() == inside / "__init__.py"
    assert Path(answer["configs"]) == inside / "_data" / "configs"
    assert [Path(folder) for folder in answer["scenarios"]] == [inside / "_data" / "scenarios"]
    assert set(answer["config_files"]) == yaml_below(checkout / "configs")
    assert wheel.name.startswith(f"cliffedge-{answer['version']}-")
