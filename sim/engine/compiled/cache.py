"""Where compiled kernels are kept, and how they are made before any worker starts.

Numba's own stamp looks at one file only, so it would go on answering for a called file that has changed. The
folder is therefore named by everything that a kernel is made from: every source below, the versions of Numba
and NumPy, and the processor. `prepare` must run before Numba is imported; it imports nothing heavy itself.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[2]
_SOURCES: Final = (
    "config/values.py",
    "engine/compiled",
    "engine/clock.py",
    "engine/lettings.py",
    "engine/log.py",
    "engine/regions.py",
    "engine/rules.py",
    "engine/survivor.py",
    "engine/world.py",
    "pathway",
    "people/chance.py",
    "people/codes.py",
    "people/compiled_chance.py",
    "people/mathematics.py",
    "people/variates.py",
)


def source_files() -> list[Path]:
    """Every file whose text can change a kernel's answer, in a stated order."""
    files: list[Path] = []
    for name in _SOURCES:
        path = _PACKAGE / name
        files += sorted(path.glob("*.py")) if path.is_dir() else [path]
    return files


def fingerprint() -> str:
    """Twenty hexadecimal digits that name the sources, Numba, NumPy, Python and the processor."""
    digest = hashlib.sha256()
    for file in source_files():
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(_PACKAGE).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    for package in ("numba", "llvmlite", "numpy"):
        try:
            digest.update(f"{package} {version(package)}\n".encode())
        except PackageNotFoundError:
            digest.update(f"{package} missing\n".encode())
    digest.update(f"{sys.version}\n{_processor()}\n".encode())
    return digest.hexdigest()[:20]


def _processor() -> str:
    """Name and features of the processor, as far as the system tells."""
    told = [platform.machine(), platform.processor(), os.environ.get("NUMBA_CPU_NAME", "")]
    told.append(os.environ.get("NUMBA_CPU_FEATURES", ""))
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            seen: dict[str, str] = {}
            for line in lines:
                name, _, value = line.partition(":")
                if name.strip() in ("model name", "flags", "Features", "CPU part"):
                    seen.setdefault(name.strip(), value.strip())
            told += [f"{name} {value}" for name, value in sorted(seen.items())]
    except OSError:
        pass
    return "\n".join(told)


def user_cache() -> Path:
    """The folder in which this system keeps a user's caches."""
    if told := os.environ.get("CLIFFEDGE_CACHE_DIR"):
        return Path(told)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) if base else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def folder() -> Path:
    """Where the kernels of this very program are kept; a temporary folder if nothing else is writable."""
    # Numba keeps what it compiles by the place of the source, so that a second checkout begins anew
    name = f"{fingerprint()}-{hashlib.sha256(str(_PACKAGE).encode()).hexdigest()[:8]}"
    owner = os.getuid() if hasattr(os, "getuid") else 0
    last_resort = Path(tempfile.gettempdir()) / f"cliffedge-{owner}" / name
    try:
        choices = [user_cache() / "cliffedge" / name, last_resort]
    except RuntimeError:  # no home folder at all
        choices = [last_resort]
    for choice in choices:
        if _is_writable(choice):
            return choice
    return Path(tempfile.mkdtemp(prefix="cliffedge-")) / name


def _is_writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


@cache
def prepare() -> Path:
    """Tell Numba where to keep kernels; the first call decides for the process.

    Returns
    -------
    Path
        The folder.
    """
    place = folder()
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    if "numba" in sys.modules:
        from numba import config

        config.__dict__["CACHE_DIR"] = str(place)
    return place


def is_warm() -> bool:
    """Whether kernels of this very program have been compiled here before."""
    return any(prepare().rglob("loop.run-*.nbc"))


def warm(say: Callable[[str], None] | None = None) -> float:
    """Compile every kernel once, or load it from the cache; call it before any worker starts.

    Parameters
    ----------
    say : callable, optional
        Is told what is being done and how long it took, if there is anything to compile.

    Returns
    -------
    float
        Seconds it took.
    """
    cold = not is_warm()
    if cold and say is not None:
        say("Compiling the fast engine; this happens once for each version (about a minute) ...")
    began = time.perf_counter()
    from sim.engine.compiled.run import compile_all

    compile_all()
    took = time.perf_counter() - began
    if cold and say is not None:
        say(f"Compiled in {took:.0f} seconds; kept in {prepare()}")
    return took
