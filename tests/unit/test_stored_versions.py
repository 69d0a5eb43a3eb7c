"""Results that earlier versions wrote stay readable: one stored result of each schema version there has been.

Each archive was written by a version that had this schema, and its figures were read with that same version.
"""

import zipfile
from pathlib import Path

import pytest

from sim.errors import SimError
from sim.experiment import store
from sim.experiment.compare import compare
from sim.experiment.tables import TABLES_OF

STORED = Path(__file__).resolve().parents[1] / "stored"
FIGURES = {
    "insecure_days_year_1": (110.83700358867645, 109.52684350808462, (-2.6203201611836704, 0.0)),
    "recorded_by_day_730": (0.5, 0.5, (0.0, 0.0)),
    "cost_public": (12442.082227712188, 12569.167755529596, (254.1710556348171, 0.0)),
}
"""Level under today's rules and under priority need, and the difference of each replication."""
ROWS = {"outcomes": 4468, "people": 36, "curves": 112_574, "calendar": 25_440}


@pytest.fixture(params=sorted(TABLES_OF))
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[int, Path]:
    """A schema version, and the result of it, unpacked."""
    with zipfile.ZipFile(STORED / f"schema_{request.param}.zip") as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    return request.param, folder


def test_there_is_one_of_every_schema_version() -> None:
    assert {path.stem for path in STORED.glob("*.zip")} == {f"schema_{version}" for version in TABLES_OF}
    assert max(TABLES_OF) == store.SCHEMA_VERSION, "a new schema version wants a stored result of its own"


def test_its_tables_and_figures_are_those_that_were_written(stored: tuple[int, Path]) -> None:
    version, folder = stored
    result = store.load(folder)
    result.verify()
    assert result.manifest["schema_version"] == version
    assert {name: len(getattr(result, name)) for name in ROWS} == ROWS
    found = compare(result)
    for metric, (today, option, differences) in FIGURES.items():
        each = found.of("priority_need", metric)
        assert (each.baseline, each.scenario, each.per_replication) == (today, option, differences)


@pytest.mark.deep
def test_the_page_is_made_of_it(stored: tuple[int, Path]) -> None:
    from sim.present import page

    html = page.write(stored[1]).read_text(encoding="utf-8")
    assert "Priority need for confirmed survivors" in html
    assert ("stations-heading" in html) == (stored[0] > 1)


def test_a_result_of_a_later_version_is_refused_and_says_what_to_do(stored: tuple[int, Path]) -> None:
    version, folder = stored
    manifest = folder / store.MANIFEST
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(f'"schema_version": {version}', '"schema_version": 99', 1))
    with pytest.raises(SimError, match=r"schema_version 99; .* Read it with the version that made it"):
        store.load(folder)
