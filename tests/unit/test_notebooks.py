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


@pytest.mark.deep
def test_every_notebook_runs_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share a folder, as at home: the first makes the small result and the others find it there."""
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    told = {}
    for name in NAMES:
        book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        client = NotebookClient(
            book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}, kernel_name="python3"
        )
        client.create_kernel_manager()
        client.km.kernel_spec.argv[0] = sys.executable  # this Python, whatever kernels are installed
        client.execute()
        told[name] = "\n".join(
            output.get("text", "") or str(output.get("data", ""))
            for cell in book.cells
            if cell.cell_type == "code"
            for output in cell.outputs
        )
    assert "Priority need for confirmed survivors: " in told["commissioner"]
    assert "Status at the decision" in told["commissioner"]
    assert "95% interval" in told["analyst"]
    assert "cg positive" in told["trainer"]
    assert "Verdict(status=" in told["precision"]
    assert "12 of 18 units were there already; now 18 rows" in told["sweep"]
    assert "the same to the last bit" in told["sweep"]
    assert "replications" in told["precision"]
    assert "3 parameters, 2 replications of each setting" in told["sensitivity"]
    assert "risk.crisis_per_need_year = 0.6: " in told["sensitivity"]
    assert "20 settings of 2 parameters" in told["uncertainty"]
    assert "by_chance" in told["uncertainty"]
    assert "ninth_decile" in told["robust_choice"]
    assert "days of casework" in told["robust_choice"]
    (result,) = (path for path in (tmp_path / "results").iterdir() if path.is_dir())
    for made in ("report.html", "player.html", "exports/outcomes.xlsx"):
        assert (result / made).stat().st_size > 50_000
