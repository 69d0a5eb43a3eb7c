"""The evidence register: every parameter has one entry that says what it means and where it comes from."""

import ast
import math
import re
from pathlib import Path

import pytest

from sim.config.compose import baseline
from sim.config.evidence import read_register, register
from sim.config.mistakes import ConfigurationError
from sim.config.tree import leaves, shape
from sim.config.values import Dated
from sim.errors import SimError

LEAVES = dict(leaves(baseline()))


def weight(path: str) -> tuple[int, int]:
    """How closely an entry speaks for a parameter: its names, then those that are no wildcard."""
    names = path.split(".")
    return len(names), sum(name != "*" for name in names)


def test_every_parameter_has_one_most_specific_entry() -> None:
    for path in LEAVES:
        weights = [weight(entry.path) for entry in register().covering(path)]
        assert weights, f"{path} has no entry in configs/evidence"
        assert weights.count(weights[0]) == 1, f"two entries speak equally for {path}"


def test_no_entry_speaks_for_a_parameter_that_is_not_there() -> None:
    prefixes = {path[:end] for path in (f"{leaf}." for leaf in LEAVES) for end in dots(path)}
    assert [e.path for e in register().entries if "*" not in e.path and e.path not in prefixes] == []


def dots(path: str) -> list[int]:
    """Where the dots of a path stand."""
    return [place for place, letter in enumerate(path) if letter == "."]


def test_every_parameter_has_a_source_or_the_word_assumed_and_a_range() -> None:
    for path in LEAVES:
        entry = register().entry(path)
        assert entry.sources or entry.assumed or entry.kind == "run", path
        assert entry.confidence != "assumed" or entry.assumed, path
        assert entry.range is not None or entry.distribution is not None or entry.kind == "run", path


def test_the_value_of_today_lies_in_its_range() -> None:
    for path, value in LEAVES.items():
        limits = register().entry(path).range
        if limits is not None:
            latest = value.values[-1] if isinstance(value, Dated) else value
            assert isinstance(latest, float), path
            assert math.isfinite(latest), path
            assert limits[0] <= latest <= limits[1], f"{path} = {latest}, range {limits}"


def test_published_sources_can_be_looked_up() -> None:
    for entry in register().entries:
        if entry.confidence == "published" and entry.kind != "run":
            addresses = [source.address or "" for source in entry.sources]
            assert any(re.match(r"https?://[\w-]+(\.[\w-]+)+", one) for one in addresses), entry.path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("support.floor.bed_days", "lever"),
        ("support.beds.places", "lever"),
        ("support.move_on_days", "lever"),
        ("support.casework.clients_per_worker", "lever"),
        ("housing.priority_need.confirmed_survivors", "lever"),
        ("housing.priority_need.recognition.first_day", "lever"),
        ("housing.local_connection.survivors_exempt", "lever"),
        ("housing.applying.told_share", "lever"),
        ("services.lifeline.places", "lever"),
        ("services.reach_in.offered_share", "lever"),
        ("status.temporary_permission.granted_share", "lever"),
        ("decisions.conclusive_grounds.capacity_per_quarter", "lever"),
        ("decisions.conclusive_grounds.capacity_rule.ratio", "lever"),
        ("support.needs_assessment.mean_post_cg_stay_days", "world"),
        ("people.arrivals.published.adult", "world"),
        ("people.traits.cells.adult_uk.responder.police", "world"),
        ("risk.insecure_ratio", "world"),
        ("policy.start", "run"),
        ("experiment.band.post_cg_stay.low", "run"),
    ],
)
def test_levers_worlds_and_settings_of_the_run_are_told_apart(path: str, kind: str) -> None:
    assert register().kind(path) == kind


def test_effects_without_evidence_are_off_and_say_so() -> None:
    today = baseline()
    assert today.risk.insecure_ratio == today.risk.no_worker_ratio == 1
    for path in ("risk.insecure_ratio", "risk.no_worker_ratio"):
        assert "no effect in the primary analysis" in (register().entry(path).assumed or "")


def test_structural_assumptions_have_an_id_a_sentence_and_a_real_switch() -> None:
    every = register().assumptions()
    numbers = [int(one.id.removeprefix("A")) for one in every]
    assert [one.id for one in every] == [f"A{number}" for number in numbers]
    assert len(numbers) == len(set(numbers)), "an id is used twice"
    for one in every:
        assert one.sentence.endswith(".")
        assert one.switch is None or shape(one.switch) in ("dated", "value"), one.switch


def test_an_unknown_path_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(SimError, match=r"did you mean support\.floor\.bed_days\?"):
        register().entry("suport.floor.bed_days")


def test_a_damaged_register_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("known: {title: t, publisher: p, date: d}\n", encoding="utf-8")
    (tmp_path / "assumptions.yaml").write_text("A1: {sentence: Yes.}\n", encoding="utf-8")
    (tmp_path / "subject.yaml").write_text(
        "defaults: {meaning: m, unit: u, kind: world, last_checked: '2026-11-22', range: [0, 1]}\n"
        "entries:\n"
        "  a.b: {confidence: assumed}\n"
        "  a.c: {confidence: published}\n"
        "  a.d: {confidence: published, source: knwn}\n"
        "  a.e: {confidence: assumed, assumed: why not, range: [2, 1]}\n"
        "  a.f: {confidence: guessed, assumed: why not}\n"
        "  a.g: {confidence: published, source: 'known: table 3'}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as caught:
        read_register(tmp_path)
    message = str(caught.value)
    assert "a.b" in message
    assert "say why under `assumed`" in message
    assert "name the source under `source`" in message
    assert "did you mean known?" in message
    assert "range must be [low, high]" in message
    assert "a.f" in message
    assert "a.g" not in message


def test_hydra_is_imported_by_the_configuration_only(checkout: Path) -> None:
    importers = set()
    for file in (checkout / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] in ("hydra", "omegaconf") for name in names):
                importers.add(file.relative_to(checkout / "sim").parts[0])
    assert importers == {"config"}
