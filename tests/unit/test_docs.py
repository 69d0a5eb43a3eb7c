"""The documentation says what the code says: tables, links, parameter paths, every command that is shown."""

import re
import shlex
import sys
import types
from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from typer.main import get_command

from sim import cli
from sim.config.compose import baseline
from sim.config.evidence import register
from sim.config.tree import leaves
from sim.engine.log import EVENT_MEANING, Detail, Event, EventLog, Place
from sim.outcomes.places import CATEGORY_OF_PLACE, CATEGORY_WORDS, Category
from sim.outcomes.registry import METRICS, NOT_COMPUTED
from sim.present.limits import NOT_MODELLED

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "SECURITY.md")
PAGES = (*(ROOT / name for name in AT_THE_TOP), *sorted(DOCS.glob("*.md")))
PLACEHOLDERS = {"PATH": "support.beds", "NAME": "priority_need"}

Rows = list[list[str]]


# ------------------------------------------------------------------------------------------ reading Markdown
def outside_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def section(page: Path, heading: str) -> str:
    """What stands below a heading, up to the next of its level."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, f"{page.name} has no section {heading!r}"
    return found[1]


def table(text: str) -> Rows:
    """The cells of the first table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert lines, "there is no table"
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[2:]]
    assert len({len(row) for row in rows}) == 1, "a row of the table has too many or too few cells"
    return rows


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def anchor(heading: str) -> str:
    """The name by which a heading is linked to, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


# ------------------------------------------------------------------------------------------------- the events
def documented_details() -> dict[str, list[str]]:
    rows = table(section(DOCS / "events.md", "Events"))
    return {
        row[1].strip("`"): [name.removesuffix(" + k") for name in row[3].replace("`", "").split(", ")]
        for row in rows
    }


def test_the_table_of_events_is_that_of_the_code() -> None:
    rows = table(section(DOCS / "events.md", "Events"))
    assert [row[:3] for row in rows] == [
        [str(int(event)), f"`{event.name}`", EVENT_MEANING[event]] for event in Event
    ]


def test_the_table_of_places_is_that_of_the_code() -> None:
    rows = table(section(DOCS / "events.md", "Places"))
    assert [row[:3] for row in rows] == [
        [str(int(place)), f"`{place.name}`", CATEGORY_WORDS[Category(int(CATEGORY_OF_PLACE[place]))]]
        for place in Place
    ]


def test_the_table_of_details_is_that_of_the_code_and_of_the_events() -> None:
    with_events = defaultdict(list)
    for event, details in documented_details().items():
        for detail in details:
            with_events[detail].append(f"`{event}`")
    assert set(with_events) <= set(Detail.__members__)
    rows = table(section(DOCS / "events.md", "Details"))
    expected = []
    for detail in Detail:
        used = ", ".join(with_events[detail.name]) or "none yet"
        used = "events without a detail" if detail == Detail.NONE else used
        expected.append([str(int(detail)), f"`{detail.name}`", used])
    assert rows == expected


def test_details_are_documented_if_and_only_if_the_pathway_names_them() -> None:
    source = "".join(file.read_text("utf-8") for file in sorted((ROOT / "sim" / "pathway").glob("*.py")))
    named = set(re.findall(r"\bDetail\.([A-Z][A-Z_0-9]*)", source)) | {"NONE"}
    documented = {detail for details in documented_details().values() for detail in details}
    assert documented == named


def test_the_columns_of_the_log_are_documented() -> None:
    rows = table(section(DOCS / "events.md", "Columns"))
    types_of = {"person": "int32", "visit": "int16", "time": "float64", "event": "uint8", "place": "uint8"}
    types_of["detail"] = "int16"
    assert list(EventLog.__dataclass_fields__) == [*types_of, "households"]
    assert [row[:2] for row in rows] == [[f"`{name}`", kind] for name, kind in types_of.items()]


def test_a_run_writes_no_detail_that_is_not_documented() -> None:
    from sim.engine.simulate import simulate
    from sim.people.population import build

    today = baseline(
        ["people.arrivals.multiplier=0.02", "support.beds.places=6", "services.lifeline.places=8"]
    )
    people = build(today.people, today.status, 11, 0, today.experiment.horizon)
    log = simulate(people, today, today, 11, 0)
    documented = documented_details()
    seen = set(zip(log.event.tolist(), log.detail.tolist(), strict=True))
    assert len({event for event, _ in seen}) > 50, "too few kinds of event to say anything"
    for event, detail in seen:
        is_service = Detail.SERVICE_BASE <= detail < Detail.SERVICE_BASE + 100
        name = Detail(Detail.SERVICE_BASE if is_service else detail).name
        assert name in documented[Event(event).name], f"{Event(event).name} was written with {name}"
    rows = table(section(DOCS / "events.md", "Columns"))
    kinds = [str(getattr(log, row[0].strip("`")).dtype) for row in rows]
    assert kinds == [row[1] for row in rows]


# ----------------------------------------------------------------- outcomes, assumptions, what is left out
@pytest.mark.parametrize(
    "family", ["headline", "secondary", "descriptive", "calendar", "cost", "resource", "recovery", "coupled"]
)
def test_the_table_of_a_family_of_outcomes_is_the_registry(family: str) -> None:
    expected = [
        [f"`{one.name}`", one.sentence, one.unit, one.better, one.formula]
        for one in METRICS.values()
        if one.family == family
    ]
    assert table(section(DOCS / "outcomes.md", family.capitalize())) == expected


def test_what_is_not_computed_is_told() -> None:
    rows = table(section(DOCS / "outcomes.md", "Not computed in this version"))
    assert rows == [[what, why] for what, why in NOT_COMPUTED.items()]


def test_the_structural_assumptions_are_those_of_the_register() -> None:
    expected = [
        [one.id, one.sentence, f"`{one.switch}`" if one.switch else "none"]
        for one in register().assumptions()
    ]
    assert table(section(DOCS / "assumptions.md", "Structural assumptions")) == expected


def test_the_page_and_the_documentation_leave_out_the_same() -> None:
    rows = table(section(DOCS / "not_modelled.md", "In short"))
    assert rows == [list(pair) for pair in NOT_MODELLED]


# -------------------------------------------------------------------------------------------- the main result
def test_the_table_of_the_readme_is_the_data_of_its_picture() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    picture = (DOCS / "images" / "main_job.svg").read_text("utf-8")
    told = re.search(r"<desc>(.*?)</desc>", picture, re.DOTALL)
    assert told
    drawn = [line.split(" | ") for line in told[1].splitlines()[1:]]
    first = [row for row in drawn if row[0] == "Days with nowhere secure, first year"]
    shown = table(section(ROOT / "README.md", "What came out"))
    assert [[f"{row[1]} days", *row[2:4]] for row in shown] == [row[2:] for row in first]
    alternative = re.search(r"!\[([^\]]+)\]\(docs/images/main_job\.svg\)", readme)
    assert alternative
    said = re.findall(r"\d+\.\d", alternative[1])
    assert said == [row[2].split()[0][1:] for row in (first[1], first[3], first[2], first[0], drawn[-1])]


# ------------------------------------------------------------------------------------------------- parameters
def reached(pattern: str, paths: list[str]) -> set[str]:
    """The paths that a pattern of the documentation names, or that lie below it."""
    return {path for path in paths if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}.*")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_parameter_that_is_named_exists(page: Path) -> None:
    paths = [path for path, _ in leaves(baseline())]
    roots = "|".join(sorted({path.split(".")[0] for path in paths}))
    named = [
        word
        for word in ticked(outside_fences(page.read_text("utf-8")))
        if re.fullmatch(rf"(?:{roots})\.(?!parquet)[a-z0-9_.*]+", word)
    ]
    assert page.name != "pathway.md" or len(named) > 40
    assert [word for word in named if not reached(word, paths)] == []


def test_every_lever_says_when_it_acts() -> None:
    text = section(DOCS / "pathway.md", "What a lever acts on, and from when")
    levers = [path for path, _ in leaves(baseline()) if register().kind(path) == "lever"]
    told: set[str] = set()
    for row in table(text):
        first, *others = ticked(row[0])
        parts = first.split(".")
        prefixes = [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
        for name in (first, *others):
            whole = (reached(each, levers) for each in (name, *(f"{prefix}.{name}" for prefix in prefixes)))
            found: set[str] = next(filter(None, whole), set())
            assert found, f"{name}: no such lever"
            told |= found
    assert sorted(set(levers) - told) == []


# ------------------------------------------------------------------------------------------------------ links
def test_every_page_stands_in_a_list_of_the_index_and_only_once() -> None:
    lists = re.findall(r"^```\{toctree\}\n(.*?)^```$", (DOCS / "index.md").read_text("utf-8"), re.M | re.S)
    listed = [line for block in lists for line in block.splitlines() if line and not line.startswith(":")]
    written = [name for name in listed if not name.startswith("_generated/")]
    assert sorted(written) == sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "index"), (
        "each page of docs must be named in one list of docs/index.md"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_one_title_and_no_html(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", outside_fences(page.read_text("utf-8")))
    assert re.findall(r"^# .+$", text, re.M) == [text.splitlines()[0]]
    assert re.findall(r"</?[a-z][a-z0-9]*(?: [^>]*)?>", text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", outside_fences(page.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        file, _, place = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.exists(), f"{page.name}: {target}"
        if place:
            headings = re.findall(r"^#+ (.+)$", outside_fences(linked.read_text("utf-8")), re.MULTILINE)
            assert place in map(anchor, headings), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    roots = ("sim/", "configs/", "docs/", "tests/")
    for word in ticked(outside_fences(page.read_text("utf-8"))):
        if word.startswith(roots) and re.fullmatch(r"[\w./-]+", word) and "compiled" not in word:
            assert (ROOT / word).exists(), f"{page.name} names {word}"


# --------------------------------------------------------------------------------------------------- commands
def commands_of(text: str) -> list[str]:
    """Every command line of ours, in a block or in a sentence."""
    blocks = [
        line for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()
    ]
    lines = [re.sub(r"^\$ ", "", line.strip()) for line in blocks] + ticked(outside_fences(text))
    lines = [re.sub(r"^\.venv[/\\](?:bin|Scripts)[/\\]", "", line) for line in lines]
    return [line for line in lines if line.startswith("cliffedge ")]


COMMANDS = sorted({line for page in PAGES for line in commands_of(page.read_text("utf-8"))})


@pytest.fixture
def own_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the scenarios of the pages in it, in which the commands are given."""
    (tmp_path / "scenarios").mkdir()
    shown = {page.name: fences(page.read_text("utf-8"), "yaml") for page in PAGES}
    stories = {
        name: [block for block in blocks if block.startswith("story:")] for name, blocks in shown.items()
    }
    (in_readme,) = stories["README.md"]
    assert len(in_readme.splitlines()) <= 10
    for story in (story for found in stories.values() for story in found):
        named = re.search(r"^story:\n  (\w+):", story)
        assert named
        (tmp_path / "scenarios" / f"{named[1]}.yaml").write_text(story, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> int:
    monkeypatch.setattr(sys, "argv", ["cliffedge", *words])
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("own_story")
def test_every_command_that_is_shown_is_sound(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for placeholder, word in PLACEHOLDERS.items():
        command = re.sub(rf"\b{placeholder}\b", word, command)
    _, verb, *words = shlex.split(command, comments=True)
    given: list[tuple[object, ...]] = []
    never_run = types.ModuleType("sim.experiment.commands")
    never_run.run = never_run.compare = lambda *words: given.append(words)  # type: ignore[attr-defined]
    import sim.experiment

    monkeypatch.setattr(sim.experiment, "commands", never_run, raising=False)
    monkeypatch.setitem(sys.modules, "sim.experiment.commands", never_run)
    if words[:1] == ["agreement"]:  # takes a minute: tests/agreement runs it
        words = words[1:]
    if verb == "app":  # goes on until it is stopped: its words are parsed only
        words = [*words, "--help"]
    if verb in ("validate", "fit"):  # minutes of running, or a file of the reader's own: parsed only
        words = [*words, "--help"]
    if verb in ("sweep", "study"):  # many runs: test_docs_snippets runs that of the tutorial
        words = [*words, "--help"]
    if verb in ("player", "report", "export"):  # read a stored result, which documents cannot name: parsed
        words = [*words, "--help"]
    assert call(monkeypatch, [verb, *words]) == 0
    assert len(given) == (verb in ("run", "compare"))
    if given:
        overrides = [word for word in words if not word.startswith("--")]
        assert call(monkeypatch, ["check", *overrides]) == 0


class FirstRun(BaseException):
    """What was asked for was read: the next step would resolve every point and run the model."""


STUDIES = sorted(
    {
        line
        for page in PAGES
        for block in fences(page.read_text("utf-8"), "sh")
        for line in commands_of(f"```sh\n{block}```")
        if line.split()[1] in ("sweep", "study") and not re.search(r"\.\.\. |\.(?:csv|yaml)\b", line)
    }
)
"""Studies that are shown in a block, but for those that need a file of the reader's own."""


@pytest.mark.deep
@pytest.mark.parametrize("command", STUDIES)
def test_every_study_that_is_shown_is_sound_up_to_its_first_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study import evaluate
    from sim.study.points import Point, resolve

    def first_run(points: Sequence[Point], *_: object, **__: object) -> None:
        resolve(points[0])
        resolve(points[-1])
        raise FirstRun

    monkeypatch.setattr(evaluate, "plan_work", first_run)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FirstRun):
        call(monkeypatch, shlex.split(command, comments=True)[1:])


def test_every_verb_is_shown_and_the_readme_counts_them() -> None:
    verbs = get_command(cli.app).commands  # type: ignore[attr-defined]
    shown = [[word for word in command.split()[1:3] if word[0] != "-"] for command in COMMANDS]
    assert {words[0] for words in shown if words} == set(verbs)
    of_studies = {words[1] for words in shown if words[:1] == ["study"] and words[1:]}
    assert of_studies == set(verbs["study"].commands)
    told = re.search(r"(\w+) verbs: ((?:`\w+`,\s)+`\w+`)\.", (ROOT / "README.md").read_text("utf-8"))
    assert told
    assert sorted(ticked(told[2])) == sorted(verbs)
    assert told[1] == {12: "Twelve", 13: "Thirteen", 14: "Fourteen"}[len(verbs)]


@pytest.mark.parametrize("block", fences((ROOT / "README.md").read_text("utf-8"), "console"))
@pytest.mark.usefixtures("own_story")
def test_output_that_is_shown_is_what_is_printed(
    block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *shown = block.splitlines()
    assert shown[-1] == "...", "what is shown ends where it is cut"
    assert call(monkeypatch, shlex.split(command.removeprefix("$ cliffedge "))) == 0
    assert capsys.readouterr().out.splitlines()[: len(shown) - 1] == shown[:-1]
