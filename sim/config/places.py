"""Where the configs and scenarios lie: inside an installed package, or at the top of a checkout.

Not a loader: it names folders and never opens a file in them. An installed wheel carries both folders in
`sim/_data`; a checkout has them beside `sim`. They are looked for there and nowhere else, so that a stray
folder of the same name, or a stale copy left by another installation, is never read in their stead.
"""

import os
from pathlib import Path
from typing import Final, Literal

from sim.errors import SimError

DataName = Literal["configs", "scenarios"]

DATA_NAMES: Final[tuple[DataName, ...]] = ("configs", "scenarios")
_PACKAGE: Final = Path(__file__).resolve().parents[1]
MORE_SCENARIOS: Final = "CLIFFEDGE_SCENARIOS"
"""The environment variable that may name one more folder of scenarios."""


def data_dir(name: DataName, *, package: Path = _PACKAGE) -> Path:
    """Return the folder of configs or scenarios that belongs to this copy of the program.

    Parameters
    ----------
    name : {"configs", "scenarios"}
    package : Path, optional
        The folder of the `sim` package, by default the one this module was imported from.

    Returns
    -------
    Path
        An existing folder, absolute.

    Raises
    ------
    SimError
        If there is no such kind of data, or if neither place has the folder.
    """
    if name not in DATA_NAMES:
        raise SimError(
            f"data_dir({name!r}): no data of this name is shipped; allowed: {', '.join(DATA_NAMES)}"
        )
    packaged = package / "_data" / name
    if packaged.is_dir():
        return packaged
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise SimError(
        f"The {name} folder is missing: looked for {packaged} (an installed package) and {checkout / name} "
        "(a checkout, with its pyproject.toml). Install cliffedge again, or restore that folder."
    )


def scenario_dirs(working_dir: Path | None = None, *, package: Path = _PACKAGE) -> tuple[Path, ...]:
    """Return the folders whose YAML files are scenarios: those shipped, then the user's own.

    The environment variable CLIFFEDGE_SCENARIOS may name one more; the web app keeps options there that were
    set in a page.

    Parameters
    ----------
    working_dir : Path, optional
        Where the user's own `scenarios` folder may stand, by default the current folder.
    package : Path, optional
        As in `data_dir`.

    Returns
    -------
    tuple of Path
        One to three existing folders, absolute, never the same one twice.

    Raises
    ------
    SimError
        If the shipped scenarios are missing.
    """
    shipped = data_dir("scenarios", package=package)
    own = ((working_dir or Path.cwd()) / "scenarios").resolve()
    named = os.environ.get(MORE_SCENARIOS, "")
    found = {shipped.resolve(): shipped}
    for folder in (own, *([Path(named).resolve()] if named else [])):
        if folder.is_dir():
            found.setdefault(folder, folder)
    return tuple(found.values())
