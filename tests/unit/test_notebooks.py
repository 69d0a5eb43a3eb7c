"""The notebooks: each opens with its question, is kept without outputs, and runs from top to bottom."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "commissioner",
    "analyst",
    "trainer",
    "precision",
    "sweep",
    "sensitivity",
    "uncertainty",
    "robust_choice",
)


def test_these_are_all_the_notebooks() -> None:
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", ["sensitivity", "uncertainty", "robust_choice"])
def test_a_notebook_of_a_study_says_what_it_cannot_know(name: str) -> None:
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    assert "annot know" in book.cells[0].source


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_opens_with_its_question_and_keeps_no_output(name: str) -> None:
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(book)
    first = book.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.splitlines()[0].startswith("# ")
    assert first.source.splitlines()[0].endswith("?")
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def told_by(name: str, folder: Path) -> str:
    """Run a notebook in this folder and return what its cells tell."""
    from nbclient import NotebookClient

    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        book, timeout=300, resources={"metadata": {"path": str(folder)}}, kernel_name="python3"
    )
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable  # this Python, whatever kernels are installed
    client.execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(output.get("text", "") or str(output.get("data", "")) for output in outputs)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path


SHARED = {
    "commissioner": ("Priority need for confirmed survivors: ", "Status at the decision"),
    "analyst": ("95% interval",),
    "trainer": ("cg positive",),
}
ALONE = {
    "precision": ("Verdict(status=", "replications"),
    "sweep": ("12 of 18 units were there already; now 18 rows", "the same to the last bit"),
    "sensitivity": ("3 parameters, 2 replications of each setting", "risk.crisis_per_need_year = 0.6: "),
    "uncertainty": ("20 settings of 2 parameters", "by_chance"),
    "robust_choice": ("ninth_decile", "days of casework"),
}


def test_every_notebook_is_run() -> None:
    assert {*SHARED, *ALONE} == set(NAMES)


@pytest.mark.deep
def test_the_notebooks_of_a_comparison_run_and_answer_from_one_result(folder: Path) -> None:
    """They share a folder, as at home: the first makes the small result and the others find it there."""
    for name, answers in SHARED.items():
        told = told_by(name, folder)
        for words in answers:
            assert words in told
    (result,) = (path for path in (folder / "results").iterdir() if path.is_dir())
    for made in ("report.html", "player.html", "exports/outcomes.xlsx"):
        assert (result / made).stat().st_size > 50_000


@pytest.mark.deep
@pytest.mark.parametrize("name", list(ALONE))
def test_a_notebook_runs_and_answers(name: str, folder: Path) -> None:
    told = told_by(name, folder)
    for words in ALONE[name]:
        assert words in told
