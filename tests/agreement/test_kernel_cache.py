"""Kernels are kept where their sources say: an edited file is never answered by an old kernel."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engine.compiled import cache

CHECKOUT = Path(__file__).resolve().parents[2]

PROBE = '''"""One small kernel that calls others, for a test of the cache."""

from sim.engine.compiled.kernel import entry
from sim.people.compiled_chance import c_exponential


@entry
def answer(u: float) -> float:
    """An exponential number of mean 3."""
    return c_exponential(u, 3.0)
'''

ASK = """
import numba, sys
if {early}:
    import numba.core
from sim.engine.compiled import cache
place = cache.prepare()
from sim.engine.compiled.probe import answer
print(answer(0.5).hex(), sum(answer.stats.cache_hits.values()), place)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package with one more kernel."""
    shutil.copytree(CHECKOUT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "sim/engine/compiled/probe.py").write_text(PROBE, encoding="utf-8")
    return tmp_path


def _python(package: Path, code: str, caches: Path) -> list[str]:
    environment = os.environ | {
        "PYTHONPATH": str(package),
        "CLIFFEDGE_CACHE_DIR": str(caches),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=package, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.split()


@pytest.mark.parametrize("numba_first", [False, True])
def test_an_edited_called_file_gives_the_new_answer(package: Path, tmp_path: Path, numba_first: bool) -> None:
    caches, ask = tmp_path / "caches", ASK.format(early=numba_first)
    first, hits, place = _python(package, ask, caches)
    assert hits == "0"
    again, hits, same_place = _python(package, ask, caches)
    assert (again, hits, same_place) == (first, "1", place)

    called = package / "sim/people/variates.py"
    text = called.read_text(encoding="utf-8")
    assert text.count("return unit_exponential(u) * mean") == 1
    called.write_text(
        text.replace("return unit_exponential(u) * mean", "return unit_exponential(u) * (2.0 * mean)"),
        encoding="utf-8",
    )
    edited, hits, other_place = _python(package, ask, caches)
    assert float.fromhex(edited) == 2.0 * float.fromhex(first)
    assert hits == "0"
    assert other_place != place


def test_nothing_is_written_beside_the_package(package: Path, tmp_path: Path) -> None:
    before = set((package / "sim").rglob("*"))
    for file in before:
        file.chmod(0o555 if file.is_dir() else 0o444)
    _, _, place = _python(package, ASK.format(early=False), tmp_path / "caches")
    assert set((package / "sim").rglob("*")) == before
    assert list(Path(place).rglob("*.nbc"))


def test_an_unwritable_cache_falls_back_to_the_temporary_folder(package: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "a file where the folder should be"
    blocked.write_text("", encoding="utf-8")
    answer, _, place = _python(package, ASK.format(early=False), blocked)
    assert not place.startswith(str(blocked))
    assert float.fromhex(answer) > 0.0


def test_every_source_a_kernel_reads_is_in_the_fingerprint() -> None:
    """Modules of the project that are loaded with the kernels, apart from configuration and people."""
    code = """
import sys
from sim.engine.compiled import cache
cache.prepare()
before = set(sys.modules)
import sim.engine.compiled.loop
print(*sorted(name for name in set(sys.modules) - before if name.startswith("sim.")))
"""
    told = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    kernels = {name for name in told.stdout.split() if name.startswith("sim.engine.compiled.")}
    named = {
        file.relative_to(CHECKOUT).with_suffix("").as_posix().replace("/", ".")
        for file in cache.source_files()
    }
    assert kernels <= named
    assert named >= {"sim.people.mathematics", "sim.people.variates", "sim.people.compiled_chance"}
    assert named >= {"sim.engine.survivor", "sim.engine.log", "sim.people.codes", "sim.people.chance"}


def test_a_second_checkout_of_the_same_program_is_cold(package: Path, tmp_path: Path) -> None:
    """Numba would compile there again, so that has to be announced again; other kernels do not count."""
    second = tmp_path / "second"
    shutil.copytree(package / "sim", second / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    caches = tmp_path / "caches"
    ask = "from sim.engine.compiled import cache; print(cache.is_warm(), cache.folder())"
    warm, place = _python(package, ask, caches)
    assert warm == "False"
    compiled = Path(place) / "compiled_0123"
    compiled.mkdir()
    (compiled / "probe.answer-9.py311.1.nbc").touch()
    assert _python(package, ask, caches) == ["False", place]
    (compiled / "loop.run-184.py311.1.nbc").touch()
    assert _python(package, ask, caches) == ["True", place]
    warm, other_place = _python(second, ask, caches)
    assert (warm, other_place != place) == ("False", True)


@pytest.mark.deep  # compiles everything anew
def test_warming_says_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    cache.warm()
    cache.warm(said.append)
    assert said == []
    monkeypatch.setattr(cache, "is_warm", lambda: False)
    cache.warm(said.append)
    assert said[0].startswith("Compiling the fast engine")
    assert said[1].startswith("Compiled in ")


def _read_when_imported(file: Path) -> set[str]:
    """The project's own modules that a file imports as it is imported itself, or names from."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sim"):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("sim.")}
    return names


def test_every_module_that_a_kernel_reads_belongs_to_the_key_of_the_cache() -> None:
    """A constant taken from a module outside would be compiled in, and stay when the module is edited."""
    package = CHECKOUT / "sim"
    kernels = [file for file in cache.source_files() if file.parent.name == "compiled"]
    assert len(kernels) > 20
    read: set[Path] = set()
    for file in kernels:
        for name in _read_when_imported(file):
            path = package.joinpath(*name.split(".")[1:]).with_suffix(".py")
            if path.is_file():
                read.add(path)
    outside = ("errors.py", "config/schema.py", "engine/unpacking.py", "people/population.py")
    only_outside_kernels = {package / name for name in outside}
    assert read - set(cache.source_files()) <= only_outside_kernels
