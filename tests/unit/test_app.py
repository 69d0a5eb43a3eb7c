"""The pages of the web app without a browser: forms and their mistakes, hostile input, headers, addresses.

No worker is started here; what is run is tested in test_app_desk.py.
"""

import hashlib
import html
import io
import pickle
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from sim.app import downloads, forms, server, words
from sim.app.fields import fields
from sim.app.forms import Choice
from sim.app.store import DONE, Job
from sim.config.compose import baseline, scenario
from sim.config.mistakes import ConfigurationError
from sim.config.places import MORE_SCENARIOS
from sim.errors import SimError
from tests.asgi_client import Client
from tests.stored_result import write_result

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ("extended_support_90", "extended_support_180")
SMALL = "people.arrivals.multiplier=0.01"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser without scripts, before a server whose workers never start."""
    app = server.build(tmp_path, ("testserver",))
    monkeypatch.setenv(MORE_SCENARIOS, str(tmp_path / ".app" / "scenarios"))
    return Client(app, follow_redirects=False)


def summary(text: str) -> dict[str, str]:
    """The error summary: field to what is said of it."""
    found = re.search(r'govuk-error-summary__list">(.*?)</ul>', text, re.DOTALL)
    return dict(re.findall(r'<a href="#([^"]+)">(.*?)</a>', found[1], re.DOTALL)) if found else {}


def ids(text: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', text)


# ------------------------------------------------------------------------------------------------ every page
@pytest.mark.parametrize(
    "address", ["/", "/choose", "/evidence", "/runs", "/nothing-here", "/static/app.css"]
)
def test_every_response_says_what_a_browser_may_load(client: Client, address: str) -> None:
    response = client.get(address)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("address", ["/", "/choose", "/evidence", "/runs", "/nothing-here"])
def test_pages_hold_no_inline_style_or_script_and_no_outside_address(client: Client, address: str) -> None:
    text = client.get(address).text
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]* src=)", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)
    assert len(ids(text)) == len(set(ids(text))), "an id is given twice"
    assert "This is not an official service" in text


def test_the_files_of_others_are_what_was_vendored() -> None:
    for folder in (ROOT / "sim/app/static", ROOT / "tests/browser/axe"):
        sums = (folder / "SHA256SUMS").read_text("utf-8").split("\n")[:-1]
        assert sums
        for line in sums:
            digest, name = line.split()
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_the_style_sheet_has_no_crest_no_crown_and_no_font_of_gov_uk() -> None:
    style = (ROOT / "sim/app/static/govuk-frontend.min.css").read_text("utf-8")
    for mark in ("GDS Transport", "@font-face", "crest", "url("):
        assert mark not in style


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_a_form_of_another_site_is_refused(client: Client, headers: dict[str, str]) -> None:
    response = client.post("/run", data={"option": "priority_need"}, headers=headers)
    assert response.status_code == 403
    assert not client.app.state.desk.jobs  # type: ignore[attr-defined]


def test_a_form_that_is_too_large_is_refused(client: Client) -> None:
    assert client.post("/run", data={"other": "x" * 70_000}).status_code == 403


# ------------------------------------------------------------------------------------------------- choosing
def test_the_form_offers_every_scenario_under_who_decides(client: Client) -> None:
    text = client.get("/choose").text
    offered = re.findall(r'name="option" type="checkbox" value="([^"]+)"', text)
    shipped = {file.stem for file in (ROOT / "scenarios").glob("*.yaml")} - {"baseline"}
    assert set(offered) == shipped
    assert text.index("Decided by Parliament") < text.index('value="priority_need"')


def test_the_start_page_asks_the_shipped_questions_and_the_form_lists_them_first(client: Client) -> None:
    asked = baseline().experiment.options
    start = client.get("/").text
    for address in re.findall(r'href="(/choose\?[^"]+)"', start):
        filled = client.get(html.unescape(address)).text
        ticked = re.findall(r'name="option" type="checkbox" value="(\w+)"[^>]*checked', filled)
        assert "+".join(sorted(ticked)) in {"+".join(sorted(option.split("+"))) for option in asked}
    assert start.count('href="/choose?') == len(asked)
    offered = re.findall(r'id="option-(\w+)" ', client.get("/choose").text)
    assert offered.index("priority_need") < offered.index("councils_ask")
    assert offered[0] == "extended_support_180"


def test_an_address_fills_the_form_in(client: Client) -> None:
    text = client.get(
        "/choose?option=priority_need&lever.support.floor.bed_days=120&other=experiment.seed%3D7"
    ).text
    assert re.search(r'value="priority_need"[^>]* checked', text)
    assert re.search(r'name="lever.support.floor.bed_days"[^>]* value="120"', text)
    assert re.search(r"<textarea[^>]*>\s*experiment.seed=7", text)


def test_levers_come_with_unit_today_range_and_source(client: Client) -> None:
    hint = re.search(r'id="lever.support.floor.bed_days-hint"[^>]*>(.*?)</div>', client.get("/choose").text)
    assert hint
    for part in ("Today: 0 (days)", "0 to 365", "published", "/evidence?path=support.floor.bed_days"):
        assert part in hint[1]


def test_a_sound_choice_becomes_a_job_at_an_address_that_holds_it(client: Client) -> None:
    response = client.post("/run", data={"option": "priority_need", "way": "each", "other": SMALL})
    assert response.status_code == 303
    address = response.headers["location"]
    assert dict(parse_qsl(address.partition("?")[2])) == {"option": "priority_need", "other": SMALL}
    (job,) = client.app.state.desk.jobs.values()  # type: ignore[attr-defined]
    assert job.overrides == (SMALL, "experiment.options=[priority_need]")
    page = client.get(address)
    assert "Waiting: this request is next." in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text


def test_equal_choices_are_one_job_however_they_are_written(client: Client) -> None:
    for other in (SMALL, f" {SMALL} \r\n", f"{SMALL}\n{SMALL}", "people.arrivals.multiplier=0.010"):
        assert client.post("/run", data={"option": "priority_need", "other": other}).status_code == 303
    assert client.post("/run", data={"option": "bridging_homes", "other": SMALL}).status_code == 303
    assert len(client.app.state.desk.jobs) == 2  # type: ignore[attr-defined]


def test_options_together_are_one_option(client: Client) -> None:
    data = {"option": ["priority_need", "local_connection_exempt"], "way": "together"}
    assert client.post("/run", data=data).status_code == 303
    (job,) = client.app.state.desk.jobs.values()  # type: ignore[attr-defined]
    assert job.overrides == ("experiment.options=[priority_need+local_connection_exempt]",)


def test_levers_of_ones_own_are_an_option_that_starts_with_the_policy(client: Client) -> None:
    data = {"lever.support.floor.bed_days": "120", "lever.housing.priority_need.confirmed_survivors": "true"}
    response = client.post("/run", data=data)
    assert response.status_code == 303
    (job,) = client.app.state.desk.jobs.values()  # type: ignore[attr-defined]
    name = job.overrides[0].removeprefix("experiment.options=[").removesuffix("]")
    made = scenario([name])
    assert {path: after for path, (_, after) in made.changes.items()} == {
        "support.floor.bed_days": 120.0,
        "housing.priority_need.confirmed_survivors": True,
    }
    assert made.before == baseline()
    assert client.get(f"/own/{name}.yaml").text.startswith("story:")
    assert name not in client.get("/choose").text


def test_a_question_that_was_not_run_here_can_be_run_from_its_address(client: Client) -> None:
    page = client.get(f"/answer?option=priority_need&other={SMALL.replace('=', '%3D')}")
    assert "has not been run here yet" in page.text
    assert '<input type="hidden" name="option" value="priority_need">' in page.text
    assert not client.app.state.desk.jobs  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------ what goes wrong
def test_nothing_chosen_is_said_beside_the_options(client: Client) -> None:
    response = client.post("/run", data={"way": "each"})
    assert response.status_code == 400
    assert list(summary(response.text)) == ["options"]
    assert "<title>Error: " in response.text


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({"option": "priority_ned"}, "options", "did you mean priority_need?"),
        ({"lever.support.floor.bed_days": "many"}, "lever.support.floor.bed_days", "enter a number"),
        ({"lever.support.floor.bed_days": "1e999"}, "lever.support.floor.bed_days", "enter a number"),
        ({"lever.support.floor.bed_days": "-3"}, "lever.support.floor.bed_days", "-3"),
        (
            {"lever.housing.priority_need.confirmed_survivors": "perhaps"},
            "lever.housing.priority_need.confirmed_survivors",
            "select yes, no",
        ),
        (
            {"option": "priority_need", "world.status.asylum.claim_share": "1.5"},
            "world.status.asylum.claim_share",
            "1.5",
        ),
        ({"option": "priority_need", "other": "housing.aplying.told_share=1"}, "other", "did you mean"),
        ({"option": "priority_need", "other": "hello"}, "other", "write path=value"),
        (
            {"option": "priority_need", "other": "experiment.replications=99999"},
            "other",
            "chosen by this page",
        ),
        ({"option": "priority_need", "other": "experiment.workers=64"}, "other", "chosen by this page"),
        ({"option": "priority_need", "other": "support.floor.bed_days=9"}, "other", "is a lever"),
        ({"option": "priority_need", "other": "people.arrivals.multiplier=30"}, "other", "up to 2 times"),
        ({"option": "priority_need", "other": 'experiment.horizon="2600-01-01"'}, "other", "2040"),
        ({"option": "priority_need", "way": "sideways"}, "way-each", "Select how"),
        (
            {"option": ["extended_support_90", "extended_support_180"], "way": "together"},
            "options",
            "cannot be",
        ),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_run(
    client: Client, data: dict[str, str], field: str, said: str
) -> None:
    response = client.post("/run", data=data)
    assert response.status_code == 400
    found = summary(response.text)
    assert field in found
    assert said in re.sub(r"&#39;|&#34;", "'", found[field])
    assert set(found) <= set(ids(response.text)), "a mistake leads to no field"
    assert not client.app.state.desk.jobs  # type: ignore[attr-defined]


def test_a_mistake_is_told_in_the_words_of_the_command_line(client: Client) -> None:
    line = "housing.applying.told_shar=0.5"
    with pytest.raises(ConfigurationError) as told:
        baseline([line])
    response = client.post("/run", data={"option": "priority_need", "other": line})
    assert told.value.mistakes[0].problem in summary(response.text)["other"]


def test_all_mistakes_are_said_at_once_and_what_was_given_stays(client: Client) -> None:
    response = client.post(
        "/run", data={"option": "nope", "lever.support.floor.bed_days": "x", "other": "experiment.workers=2"}
    )
    assert set(summary(response.text)) == {"options", "lever.support.floor.bed_days", "other"}
    assert 'value="x"' in response.text
    assert "experiment.workers=2</textarea>" in response.text


HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE results; --",
    "$(touch /tmp/app_hostile)",
    "${oc.env:HOME}",
    "{{ 7 * 7 }}",
    "__import__('os').system('true')",
    "../../etc/passwd",
    "+a.b=!!python/object/apply:os.system [true]",
    "a\x00b",
    "priority_need\r\nX-Injected: yes",
    "９",
    "housing.applying.told_share=" + "[" * 200,
    "housing.applying.told_share=${oc.env:HOME}",
    "housing.applying.told_share={a: !!python/name:os.system }",
]


@pytest.mark.parametrize("given", HOSTILE)
@pytest.mark.parametrize("field", ["option", "lever.support.floor.bed_days", "other", "way"])
def test_hostile_input_is_an_error_page_and_is_shown_as_text(client: Client, field: str, given: str) -> None:
    data = {"option": "priority_need"} | {field: given}
    response = client.post("/run", data=data)
    assert response.status_code == 400
    assert summary(response.text)
    assert "<script>alert" not in response.text
    assert "x-injected" not in response.headers
    assert "root:" not in response.text
    assert not client.app.state.desk.jobs  # type: ignore[attr-defined]
    assert client.get("/answer", params=data).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/result/../../../etc/passwd",
        "/result/%2e%2e%2f%2e%2e",
        "/result/abcdef123456/config.yaml",
        "/result/.app/config.yaml",
        "/own/../requests.yaml",
        "/own/own_zzzzzzzz.yaml",
        "/static/../routes.py",
        "/static/%2e%2e/routes.py",
    ],
)
def test_no_address_leads_out_of_the_results(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "import" not in response.text


# ----------------------------------------------------------------------------------------- a stored result
@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with a made-up result whose answer, figure and page a worker has made ready."""
    from sim.app.worker import Worker

    root = tmp_path_factory.mktemp("made")
    write_result(root / "abcdef123456")
    for task in ("answer", "draw", "page", "report"):
        getattr(Worker(root), task)("abcdef123456")
    return root


@pytest.fixture
def stored(client: Client, made: Path, tmp_path: Path) -> str:
    """The made-up result in the folder of the server."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return "abcdef123456"


def test_a_stored_result_is_told_in_the_sentences_of_the_comparison_page(
    client: Client, stored: str, tmp_path: Path
) -> None:
    text = client.get(f"/result/{stored}").text
    told = (tmp_path / stored / "comparison.html").read_text("utf-8")
    sentences = re.findall(r"<li>((?:The|No change)[^<]*)</li>", text)
    assert len(sentences) >= 8
    assert all(sentence in told for sentence in sentences)
    assert f'src="/result/{stored}/figure.svg"' in text
    assert client.get(f"/result/{stored}/figure.svg").headers["content-type"] == "image/svg+xml"


def test_a_changed_world_is_named_above_its_answer(client: Client, stored: str, tmp_path: Path) -> None:
    words_of_it = "This is not the world as we assume it"
    assert words_of_it not in client.get(f"/result/{stored}").text
    answer = next((tmp_path / ".app" / "answers").glob(f"{stored}*.json"))
    answer.write_text(
        re.sub(r'"world": \[[^]]*\]', '"world": ["Factor on all arrivals: 0.5"]', answer.read_text())
    )
    text = client.get(f"/result/{stored}").text
    assert words_of_it in text
    assert "<li>Factor on all arrivals: 0.5</li>" in text


def test_a_question_in_a_changed_world_says_so_before_it_is_run(client: Client) -> None:
    text = client.get(f"/answer?option=priority_need&other={SMALL.replace('=', '%3D')}").text
    assert "<li>People referred, as a multiple of the record: 0.01</li>" in text
    assert "not the world as we assume" not in client.get("/answer?option=priority_need").text


def test_a_result_can_be_taken_away(client: Client, stored: str, tmp_path: Path) -> None:
    for name in downloads.NAMES:
        response = client.get(f"/result/{stored}/{name}")
        assert response.status_code == 200
        assert response.headers["content-disposition"] == f'attachment; filename="cliffedge-{stored}-{name}"'
    whole = zipfile.ZipFile(io.BytesIO(client.get(f"/result/{stored}/data.zip").content))
    assert f"{stored}/outcomes.parquet" in whole.namelist()
    assert whole.read(f"{stored}/config.yaml") == (tmp_path / stored / "config.yaml").read_bytes()
    tables = zipfile.ZipFile(io.BytesIO(client.get(f"/result/{stored}/tables.zip").content))
    assert tables.read(f"{stored}/outcomes.csv").startswith(b"world,replication,scenario,")


@pytest.mark.parametrize("name", downloads.PAGES)
def test_a_whole_page_may_use_its_own_style_and_nothing_else(
    client: Client, stored: str, tmp_path: Path, name: str
) -> None:
    response = client.get(f"/result/{stored}/{name}")
    assert response.text == (tmp_path / stored / downloads.PAGES[name]).read_text("utf-8")
    policy = response.headers["content-security-policy"]
    assert "script-src 'none'" in policy
    assert "'sha256-" in policy
    assert "unsafe" not in policy
    assert policy != downloads.policy_of(response.text.replace("</style>", "a{}</style>"))


def test_a_page_that_is_not_written_yet_says_so_and_asks_a_worker(
    client: Client, stored: str, tmp_path: Path
) -> None:
    (tmp_path / stored / "comparison.html").unlink()
    response = client.get(f"/result/{stored}/comparison")
    assert response.status_code == 202
    assert client.app.state.desk._chores == [("page", (stored,))]  # type: ignore[attr-defined]


def test_past_runs_list_stored_results_and_requests(client: Client, stored: str) -> None:
    client.post("/run", data={"option": "priority_need", "other": SMALL})
    text = client.get("/runs").text
    assert f'href="/result/{stored}"' in text
    assert 'href="/answer?option=priority_need&amp;other=' in text


def test_past_runs_say_what_was_set_of_the_world(client: Client, stored: str, tmp_path: Path) -> None:
    manifest = tmp_path / stored / "manifest.json"
    assert "Set in today" not in client.get("/runs").text
    manifest.write_text(manifest.read_text().replace("experiment.seed=7", "people.arrivals.multiplier=0.5"))
    client.post("/run", data={"option": "priority_need", "other": SMALL})
    told = re.findall(r"multiple of the record: ([0-9.]+)", client.get("/runs").text)
    assert sorted(told) == ["0.01", "0.5"]


def test_a_request_of_an_earlier_program_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    from sim.app.jobs import Desk
    from sim.app.store import Shelf

    shelf = Shelf(tmp_path)
    shelf.keep(Job("0" * 12, "option=a", "A", (), "old program", DONE, ["1" * 12]))
    shelf.keep(Job("1" * 12, "option=b", "B", (), "old program"))
    desk = Desk(shelf, source="new program")
    assert [(job.query, job.state, job.rounds) for job in desk.jobs.values()] == [("option=b", "waiting", [])]


# ------------------------------------------------------------------------------------------------- evidence
def test_the_register_is_searched_by_words_and_kind(client: Client) -> None:
    text = client.get("/evidence?q=bed+guaranteed").text
    assert "support.floor.bed_days" in text
    assert "housing.main_duty.mean_years" not in text
    assert "support.floor.bed_days" not in client.get("/evidence?q=bed+guaranteed&kind=world").text
    assert "No entry holds all of these words" in client.get("/evidence?q=<b>xyzzy").text
    assert "<b>xyzzy" not in client.get("/evidence?q=<b>xyzzy").text


def test_the_register_shows_the_value_that_holds(client: Client) -> None:
    text = client.get("/evidence?path=housing.priority_need.vulnerable_share").text
    assert f"<dd>{baseline().housing.priority_need.vulnerable_share:g} (shipped" in text
    assert "<dd>no (shipped" in client.get("/evidence?path=housing.priority_need.confirmed_survivors").text


def test_every_setting_of_the_form_has_evidence_to_show(client: Client) -> None:
    for field in (*fields()[1], *fields()[0]["services"][:3]):
        assert client.get("/evidence", params={"path": field.path}).text.count("app-entry") == 1


# ------------------------------------------------------------------------------------------------- the rest
def test_a_choice_reads_back_from_its_query() -> None:
    choice = Choice(
        ("b", "a"),
        "together",
        (("support.floor.bed_days", "120"),),
        (("status.asylum.claim_share", "0.3"),),
        ("experiment.seed=7", "a.b=[1, 2]"),
    )
    assert forms.read(parse_qsl(choice.query)) == choice


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SimError, match="Cannot listen on"):
            server.serve("127.0.0.1", taken.getsockname()[1], tmp_path)


# ------------------------------------------------------------------------------------- what is run first
@pytest.mark.parametrize(
    ("option", "varied"),
    [
        ("priority_need", ["applies_to_council", "priority_need_today"]),
        ("extended_support_180", ["post_cg_stay", "safehouse_places"]),
        ("leave_to_remain", ["asylum_pending", "post_cg_stay"]),
    ],
)
def test_the_first_answer_has_a_range_and_leaves_only_six_runs_of_the_option(
    tmp_path: Path, option: str, varied: list[str]
) -> None:
    from sim.app.first import AHEAD, ROUNDS, seat
    from sim.experiment.plan import of_compare

    job, wrong = forms.checked(Choice((option,)), tmp_path, ROUNDS[0], "source")
    assert job is not None, wrong
    first = of_compare([*job.overrides, *ROUNDS[0], *job.first], ())
    assert first.run_id == job.id
    assert sorted({world.entry for world in first.worlds} - {""}) == sorted(varied)
    ready = {unit.runs[0].key for unit in of_compare(AHEAD, ()).units}
    assert {unit.runs[0].key for unit in first.units} <= ready, "today's rules would have to be run again"
    assert len([run for unit in first.units for run in unit.runs[1:]]) == 2 + 2 * 2
    seats = [seat(unit.world, unit.replication) % 2 for unit in first.units]
    assert list(job.units) == [seat(unit.world, unit.replication) for unit in first.units]
    assert seats.count(0) == seats.count(1), "two workers share the runs evenly"
    later = of_compare([*job.overrides, *ROUNDS[1]], ())
    kept = {run.key for unit in later.units for run in unit.runs}
    assert {run.key for unit in first.units for run in unit.runs} <= kept, "a run would be thrown away"


@pytest.mark.deep
def test_what_was_run_ahead_is_not_run_again_for_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.app.first import ROUNDS
    from sim.app.worker import Worker, planned
    from sim.experiment.machinery import NationalModel

    world = (SMALL, "experiment.cohort_months=3", 'experiment.horizon="2029-07-01"')
    histories: list[str] = []
    real = NationalModel.past

    def counted(self: NationalModel, people: object, before: object, seed: int, replication: int) -> object:
        histories.append("history")
        return real(self, people, before, seed, replication)  # type: ignore[arg-type]

    monkeypatch.setattr(NationalModel, "past", counted)
    worker = Worker(tmp_path, 16)
    worker.model.kept = 16
    step = 0
    while worker.ahead(world, 0, 1, step):
        step += 1
    assert len(histories) == step + 1 == 16
    overrides = (*world, "experiment.options=[bridging_homes]", *ROUNDS[0])
    for number in range(len(planned(overrides).units)):
        worker.unit(overrides, number)
    assert len(histories) == 16


def test_the_plan_of_a_checked_request_reaches_the_workers_and_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.app import worker as worker_module
    from sim.app.first import ROUNDS
    from sim.app.worker import Worker

    job, wrong = forms.checked(Choice(("priority_need",), other=(SMALL,)), tmp_path, ROUNDS[0], "here")
    assert job is not None
    assert job.plan is not None
    assert not wrong
    assert job.plan.run_id == job.id
    assert len(job.plan.units) == len(job.units)
    told = pickle.loads(pickle.dumps(job.plan))

    def never(overrides: tuple[str, ...]) -> object:
        raise AssertionError(f"planned anew: {overrides}")

    monkeypatch.setattr(worker_module, "planned", never)
    worker = Worker(tmp_path)
    worker.unit(("one",), 0, told)
    assert worker.shelf.parts.has(told.units[0].runs[0].key, with_log=False)
    worker.unit(("one",), 0)
    with pytest.raises(AssertionError, match="planned anew"):
        worker.unit(("another",), 0)


def test_a_changed_world_is_said_to_need_todays_rules_first(client: Client) -> None:
    changed = client.post("/run", data={"option": "priority_need", "other": SMALL})
    assert (
        "this world differs from the one that is kept ready" in client.get(changed.headers["location"]).text
    )


def test_every_setting_of_the_form_has_a_label_of_its_own_in_plain_words() -> None:
    from sim.present.levers import plain_title

    settings = [*fields()[1], *(field for own in fields()[0].values() for field in own)]
    labels = [field.label for field in settings]
    options = {card.title for own in words.cards().values() for card in own}
    assert not options & set(labels), "an option and a setting cannot be told apart by their labels"
    assert len(set(labels)) == len(labels)
    assert not [label for label in labels if re.search(r"[._]| RG | CG |^Share$", label)]
    for file in (ROOT / "scenarios").glob("*.yaml"):
        for path in scenario([file.stem]).changes if file.stem != "baseline" else ():
            assert "." not in plain_title(path), f"{path} of {file.stem} has no plain words"


def test_a_name_that_is_no_entry_of_the_band_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"nearest: asylum_pending"):
        baseline(["experiment.band_entries=[asylum_pendin]"])
