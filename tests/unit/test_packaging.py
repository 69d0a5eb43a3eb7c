"""What others install: the core without extras, the list of dependencies, the gate elsewhere, the build."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests import dependencies

EXTRAS = ("weasyprint", "SALib", "sklearn", "duckdb", "distributed", "dask", "sphinx", "myst_parser")

WITHOUT_EXTRAS = f"""
import importlib, pkgutil, sys
EXTRAS = {EXTRAS!r}

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
import sim
names = [module.name for module in pkgutil.walk_packages(sim.__path__, "sim.")]
for name in names:
    importlib.import_module(name)
from sim import cli
"""


def python(code: str, folder: Path, checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "110"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=environment
    )


def test_every_module_and_command_of_the_core_loads_without_any_extra(checkout: Path, tmp_path: Path) -> None:
    code = WITHOUT_EXTRAS + (
        "print(len(names))\nsys.argv = ['cliffedge', 'check', 'scenarios=[priority_need]']\ncli.main()\n"
    )
    done = python(code, tmp_path, checkout)
    assert done.returncode == 0, done.stderr
    count, said = done.stdout.split("\n", 1)
    assert int(count) > 200, "the walk over the package found too little to say anything"
    assert "The configuration is sound." in said


@pytest.mark.deep
def test_the_core_commands_work_without_any_extra_and_pdf_names_its_own(
    checkout: Path, tmp_path: Path
) -> None:
    words = ["compare", "scenarios=[priority_need]", "people.arrivals.multiplier=0.002"]
    words += ["experiment.engine=reference", "experiment.replications=1", "experiment.band_replications=0"]
    words += ["experiment.coupling_replications=0"]
    call = "try:\n    sys.argv = ['cliffedge', *{words}]\n    cli.main()\n"
    call += "except SystemExit as end:\n    print(end.code)\n"
    result = "str(next(path for path in pathlib.Path('results').iterdir() if path.is_dir()))"
    code = WITHOUT_EXTRAS + "import pathlib\n" + call.format(words=words)
    for verb in ("['export', {r}, '--outcomes', 'xlsx']", "['report', {r}, '--pdf']"):
        code += call.format(words=verb.format(r=result))
    done = python(code, tmp_path, checkout)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(\d+|None)$", done.stdout, re.M) == ["0", "0", "2"]
    assert "cliffedge[pdf]" in done.stderr


# ------------------------------------------------------------------------------------------- dependencies
def rows() -> list[list[str]]:
    text = dependencies.PAGE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| package")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_list_of_dependencies_is_that_of_the_lock() -> None:
    listed = [(row[0], row[1]) for row in rows()]
    assert sorted(listed) == sorted((name, version) for name, (version, _) in dependencies.locked().items())


def test_every_licence_is_the_one_that_the_installed_package_states() -> None:
    from importlib import metadata

    checked = 0
    for name, version, licence, _ in rows():
        try:
            if metadata.version(name) != version:
                continue
        except metadata.PackageNotFoundError:
            assert licence == dependencies.ABSENT, f"{name} is not installed, but its licence is told"
            continue
        assert licence == dependencies.licence(name), name
        checked += 1
    assert checked > 100, "this environment was not made from the lock"


def test_what_the_core_needs_is_no_extra_and_the_other_way_round() -> None:
    text = dependencies.PAGE.read_text(encoding="utf-8")
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    assert "| numba |" in parts["Core"]
    assert "| llvmlite |" in parts["Core"]
    for extra, package in (
        ("pdf", "weasyprint"),
        ("analysis", "salib"),
        ("cluster", "distributed"),
        ("docs", "sphinx"),
    ):
        assert f"| {package} |" in parts[f"Extra `{extra}`"]
        assert f"| {package} |" not in parts["Core"]


# --------------------------------------------------------------------------------------------- citing it
def test_the_citation_names_the_version_and_the_licence_of_the_package(checkout: Path) -> None:
    cited = yaml.safe_load((checkout / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    assert (cited["cff-version"], cited["type"]) == ("1.2.0", "software")
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert [{"name": one["name"]} for one in cited["authors"]] == project["authors"]
    assert cited["title"].startswith("Cliff Edge")
    assert {"message", "abstract"} <= set(cited)


# ---------------------------------------------------------------------------------- continuous integration
def test_every_supported_python_is_tried_and_the_gate_is_the_one_at_home(checkout: Path) -> None:
    jobs = yaml.safe_load((checkout / ".github" / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    supported = [line.split(" :: ")[-1] for line in project["classifiers"] if line.startswith(prefix)]
    assert jobs["installs"]["strategy"]["matrix"]["python"] == supported
    assert project["requires-python"] == f">={supported[0]}"
    told = {step["run"] for job in jobs.values() for step in job["steps"] if "run" in step}
    assert told == {".ci/run", ".ci/installs python", "make audit"}
    for script in ("run", "installs", "audit"):
        path = checkout / ".ci" / script
        assert os.access(path, os.X_OK)
        assert subprocess.run(["bash", "-n", str(path)]).returncode == 0


@pytest.mark.deep
def test_an_audit_without_a_network_says_that_nothing_was_looked_up(checkout: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PYTHON": sys.executable}
    done = subprocess.run(
        [str(checkout / ".ci" / "audit")], capture_output=True, text=True, env={**os.environ, **nowhere}
    )
    assert done.returncode == 3
    assert "Nothing was looked up: pip-audit could not be installed" in done.stderr
    assert "No vulnerability" not in done.stdout


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ("", 0, "No vulnerability is known"),
        (
            "Name Skip Reason\nnumpy Dependency not found on PyPI and could not be audited: numpy (2)",
            3,
            "1 of ",
        ),
        ("Name Version ID Fix Versions\nnumpy 2 PYSEC-1 3", 1, "PYSEC-1"),
    ],
)
def test_a_package_that_was_passed_over_is_not_called_sound(
    checkout: Path, tmp_path: Path, told: str, code: int, said: str
) -> None:
    """A stand-in for pip-audit says what the real one says; it too ends with 0 where it looked up nothing."""
    (tmp_path / "told").write_text(told)
    found = tmp_path / "pip-audit"
    found.write_text(f"#!/bin/sh\ncat {tmp_path}/told\nexit {int(code == 1)}\n")
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        'mkdir -p "$3/bin" && printf "#!/bin/sh\\n" > "$3/bin/python"\n'
        f'cp {found} "$3/bin/pip-audit" && chmod +x "$3/bin/"*\n'
    )
    python.chmod(0o755)
    done = subprocess.run(
        [str(checkout / ".ci" / "audit")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHON": str(python)},
    )
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert ("No vulnerability is known" in done.stdout) == (code == 0)


# ----------------------------------------------------------------------------------------------- the build
def built(checkout: Path, folder: Path) -> dict[str, str]:
    """SHA-256 of the sdist and of the wheel made from it."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(checkout)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.deep
def test_two_builds_in_two_places_give_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    """The second is of a copy elsewhere, with other times on its files and nothing of git."""
    copy = tmp_path / "elsewhere"
    left = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", ".hypothesis", "dist", "build")
    shutil.copytree(checkout, copy, ignore=left, copy_function=shutil.copyfile)
    for script in (copy / ".ci").iterdir():
        script.chmod(0o755)
    first, second = built(checkout, tmp_path / "first"), built(copy, tmp_path / "second")
    assert len(first) == 2
    assert first == second
