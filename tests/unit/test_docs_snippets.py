"""What the pages show is run: every line of a shell block is of a kind that some test runs, Python runs too.

Everyday: kinds of lines, make targets, Python that needs no result. Deep: the tutorials' commands as they
stand, in a smaller world, every reader of a result on what comes out, and the site itself.
"""

import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.test_docs import DOCS, PAGES, ROOT, call, fences

ILLUSTRATIVE = {
    "python3 -m venv": "makes an environment from the lock, as `make install` does wherever tests run",
    "python -m pip install": "the same; and it fetches packages",
    "uv pip compile": "asks a package index, which tests never do",
}
"""Beginnings of lines that no test runs, with the reason."""

TUTORIALS = ("tutorial_first_run.md", "tutorial_own_scenario.md", "tutorial_first_sweep.md")
SMALLER = ("people.arrivals.multiplier=0.02", "people.arrivals.multiplier=0.004")
READERS = ("player", "report", "export")


def lines_of(text: str) -> list[str]:
    """The commands of a page's shell blocks, whole where a line goes on in the next, without comments."""
    blocks = [block for language in ("sh", "bash") for block in indented(text, language)]
    joined = [re.sub(r"\\\n\s*", " ", block) for block in blocks]
    lines = [line.split("  #")[0].strip() for block in joined for line in block.splitlines()]
    return [re.sub(r"^\.venv/bin/", "", line) for line in lines if line and not line.startswith("#")]


def indented(text: str, language: str) -> list[str]:
    """Blocks of a language, those inside a numbered list too."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.M | re.S)
    return [re.sub(rf"^{indent}", "", block, flags=re.M) for indent, block in found]


SHOWN = sorted({(page.name, line) for page in PAGES for line in lines_of(page.read_text("utf-8"))})
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
PYTHON = [
    (f"{page.name}, block {at + 1}", block)
    for page in PAGES
    for at, block in enumerate(indented(page.read_text("utf-8"), "python"))
]
ALONE = [(where, block) for where, block in PYTHON if "results" not in block]
ON_A_RESULT = [
    (where, block) for where, block in PYTHON if "results" in block and "narrowings_of" not in block
]
"""What `narrowings_of` reads is made with --precision only: its tests and notebook run it."""


@pytest.mark.parametrize(("page", "line"), SHOWN)
def test_every_shell_line_is_of_a_kind_that_is_run(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "cliffedge" or any(line.startswith(known) for known in ILLUSTRATIVE):
        return  # test_docs checks every command of ours, wherever it stands
    if words[0] == "make":
        assert {word for word in words[1:] if "=" not in word} <= TARGETS, f"{page}: {line}"
    elif words[:3] == ["python", "-m", "pytest"]:
        assert all((ROOT / word).exists() for word in words if word.startswith("tests")), f"{page}: {line}"
    elif words[:2] == ["python", "-m"]:
        module = ROOT / words[2].replace(".", "/")
        assert module.is_dir() or module.with_suffix(".py").exists(), f"{page}: {line}"
    elif words[0].startswith(".ci/"):  # the scripts of continuous integration, which itself runs them
        assert (ROOT / words[0]).exists(), f"{page}: {line}"
    else:
        pytest.fail(f"{page} shows a command of a kind that no test runs: {line}")


def test_what_is_only_shown_is_really_shown() -> None:
    for known in ILLUSTRATIVE:
        assert any(line.startswith(known) for _, line in SHOWN), f"no page shows {known}"


@pytest.mark.parametrize(("where", "block"), ALONE, ids=[where for where, _ in ALONE])
def test_python_that_is_shown_runs(where: str, block: str, tmp_path: Path) -> None:
    run_python(block, where, tmp_path)


def run_python(block: str, where: str, folder: Path) -> None:
    command = [sys.executable, "-c", block]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}


# -------------------------------------------------------------------------------------- tutorials and readers
def shown_in(page: str) -> list[list[str]]:
    """The words of our commands in a page, in order, in a smaller world."""
    lines = [line for line in lines_of((DOCS / page).read_text("utf-8")) if line.startswith("cliffedge ")]
    return [shlex.split(line.replace(*SMALLER))[1:] for line in lines]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the tutorials have been given, one after the other."""
    folder = tmp_path_factory.mktemp("tutorials")
    (folder / "scenarios").mkdir()
    (story,) = fences((DOCS / "tutorial_own_scenario.md").read_text("utf-8"), "yaml")
    (folder / "scenarios" / "bridging_200.yaml").write_text(story, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for page in TUTORIALS:
            for words in shown_in(page):
                if words[0] in READERS or words == ["compare"]:  # the main job is `make run`
                    continue
                assert call(patched, words) == 0, f"{page}: {words}"
    return folder


def with_events(folder: Path) -> str:
    (log,) = (folder / "results").glob("*/events.parquet")
    return log.parent.name


@pytest.mark.deep
def test_the_tutorials_leave_a_result_for_each_comparison(made: Path) -> None:
    compared = {
        tuple(words)
        for page in TUTORIALS
        for words in shown_in(page)
        if words[0] == "compare" and len(words) > 1
    }
    assert len(list((made / "results").glob("*/comparison.html"))) == len(compared) >= 2
    assert len(list((made / "results").glob("study-*/rows.parquet"))) == 1


def reading() -> list[str]:
    """The distinct commands of all pages that read a result; a PDF is tested with the report."""
    every = {line for page in PAGES for line in lines_of(page.read_text("utf-8"))}
    return sorted(
        line for line in every if line.split()[1:2] and line.split()[1] in READERS and "--pdf" not in line
    )


@pytest.mark.deep
@pytest.mark.parametrize("line", reading())
def test_every_command_that_reads_a_result_reads_one(
    line: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    assert call(monkeypatch, shlex.split(line.replace("RUN-ID", with_events(made)), comments=True)[1:]) == 0


@pytest.mark.deep
@pytest.mark.parametrize(("where", "block"), ON_A_RESULT, ids=[where for where, _ in ON_A_RESULT])
def test_python_that_reads_a_result_runs(where: str, block: str, made: Path) -> None:
    run_python(block.replace("RUN-ID", with_events(made)), where, made)


# --------------------------------------------------------------------------------------------------- the site
class Links(HTMLParser):
    """What a page of the site links to, what it fetches, and the places in it that can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.pictures_without_words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "shortcut icon"):
            self.fetched.append(given["href"])
        if tag in ("img", "script", "iframe", "source", "video") and "src" in given:
            self.fetched.append(given["src"])
        if tag == "img" and not given.get("alt"):
            self.pictures_without_words.append(given.get("src", ""))


@pytest.mark.deep
def test_the_site_builds_without_a_warning_asks_nothing_outside_and_its_links_lead_somewhere(
    tmp_path: Path,
) -> None:
    pytest.importorskip("myst_parser", reason="the extra `docs` is not installed")
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    build += ["-d", str(tmp_path / "doctrees"), str(DOCS), str(tmp_path / "site")]
    done = subprocess.run(build, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    site = tmp_path / "site"
    pages: dict[Path, Links] = {}
    for file in site.rglob("*.html"):
        pages[file] = Links()
        pages[file].feed(file.read_text("utf-8"))
    assert {page.stem for page in DOCS.glob("*.md")} <= {file.stem for file in pages if file.parent == site}
    for file, page in pages.items():
        assert page.pictures_without_words == [], file.name
        for target in page.fetched:
            assert not re.match(r"(?:https?:)?//", target), f"{file.name} fetches {target}"
            assert (file.parent / target.split("?")[0]).exists(), f"{file.name} fetches {target}"
        for target in page.links:
            if re.match(r"(?:https?|mailto|javascript):", target):
                continue
            name, _, place = target.partition("#")
            linked = (file.parent / name).resolve() if name else file
            assert linked.exists(), f"{file.name} links to {target}"
            assert not place or linked not in pages or place in pages[linked].ids, f"{file.name}: {target}"
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", style.read_text("utf-8")), style.name
