"""The report of a made-up result: nothing folded away, nothing missing unsaid, the method filled by code."""

import dataclasses
import html as html_module
import itertools
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.errors import SimError
from sim.present import quality, report, stress
from sim.present.read import Stored, load
from tests.stored_result import write_result

STRESS_DES = [
    *("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5"),
    *("3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_result(tmp_path_factory.mktemp("results") / "made-up")


@pytest.fixture(scope="module")
def stored(result: Path) -> Stored:
    return load(result)


@pytest.fixture(scope="module")
def html(result: Path) -> str:
    return report.write(result).read_text(encoding="utf-8")


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", html_module.unescape(re.sub(r"<[^>]+>", " ", html)))


def test_it_is_one_file_with_nothing_folded_away(html: str) -> None:
    assert "<script" not in html
    assert re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', html) == []
    assert "<details>" not in html
    assert html.count("<details open>") == html.count("<details")
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    identities = re.findall(r' id="([^"]+)"', html)
    assert len(identities) == len(set(identities))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(identities)


def test_every_item_of_stress_des_is_there_and_none_is_empty(stored: Stored, html: str) -> None:
    parts = stress.checklist(stored)
    assert stress.numbers(parts) == STRESS_DES
    for each in stress.as_plain(parts):
        assert len(each["text"]) > 40, each
        assert f"{each['number']} {each['item']} {each['text']}" in _words(html)


def test_stress_des_follows_the_result_and_not_a_text(stored: Stored) -> None:
    def told(changed: Stored) -> dict[str, str]:
        return {each["number"]: each["text"] for each in stress.as_plain(stress.checklist(changed))}

    before = told(stored)
    manifest = {**stored.manifest, "seed": 4242, "source_hash": "feedfeedfeed"}
    config = {**stored.config, "services": {"night_shelter": {}}, "policy": {"start": "2031-01-01"}}
    after = told(dataclasses.replace(stored, manifest=manifest, config=config))
    assert "Seed 4242." in after["5.2"]
    assert "feedfeedfeed" in after["6.1"]
    assert "night shelter" in after["2.5.4"]
    assert "2031-01-01" in after["4.1"]
    assert before["1.2"] == after["1.2"]
    assert f"{stored.outcomes['metric'].nunique()} metrics" in before["1.2"]


def test_a_part_that_was_not_stored_is_said_to_be_missing(tmp_path: Path, stored: Stored, html: str) -> None:
    assert "Costs, and who pays: not stored." not in html
    bare = dataclasses.replace(
        stored,
        outcomes=stored.outcomes[stored.outcomes["family"] == "headline"].query("group == 'all'"),
        curves=stored.curves.iloc[:0],
        calendar=stored.calendar.iloc[:0],
        comparison=dataclasses.replace(
            stored.comparison,
            gains=(),
            differences=tuple(
                each
                for each in stored.comparison.differences
                if each.group == "all" and each.metric in stored.headline
            ),
        ),
    )
    made = report.render(bare)
    (section,) = re.findall(r'id="missing-heading".*?</section>', made, re.S)
    for key in [
        "places",
        "returns",
        "recovery",
        "services",
        "gains",
        "costs",
        "equity",
        "displaced",
        "record",
    ]:
        assert report.PARTS[key] in section
    assert report.PARTS["band"] not in section
    assert "This result lacks some parts" in made
    for heading, body in re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)</section>", made, re.S):
        assert len(_words(body).strip()) > 20, f"nothing stands under {heading}"
    assert "Not possible from this result" in made


def test_one_replication_claims_no_direction(tmp_path: Path) -> None:
    folder = write_result(tmp_path / "one", replications=1, band=False)
    made = _words(report.render(load(folder)))
    assert "no direction may be claimed" in made
    assert "how far the answer rests on them is not known" in made
    (answer,) = re.findall(r"The answer (.*?) What this result does not hold", made)
    assert not re.search(r"\b(?:falls?|rises?) by\b", answer)


def test_no_sentence_says_falls_or_rises_where_the_interval_holds_zero(html: str, stored: Stored) -> None:
    """Every claim of a direction, wherever it stands, has beside it an interval that leaves out zero."""
    claims = re.findall(
        r"\b(?:falls?|rises?) by [^;]*?\(95% interval from chance ([−+0-9.,]+) to ([−+0-9.,]+)\)",
        _words(html),
    )
    assert claims
    for bounds in claims:
        low, high = (float(each.replace("−", "-").replace(",", "")) for each in bounds)
        assert low * high > 0
    assert len(re.findall(r"\b(?:falls?|rises?) by ", _words(html))) == len(claims)


def test_how_far_each_assumed_value_moves_the_answer_is_told_beside_it(stored: Stored) -> None:
    primary = report.first_headline(stored)
    told = report.moved(stored, primary)
    rows = {row[-1]: row for row in told["table"].rows}
    moved = rows["support.needs_assessment.mean_post_cg_stay_days"]
    assert moved[:2] == ("Mean stay in support after a positive decision today", "150")
    named = [row[0] for row in rows.values()]
    assert [name for name in named if re.search(r"[a-z]_[a-z]|\*|\w\.\w", name)] == []
    assert [
        name for name in named if name.startswith(("That ", "Spread of that", "From a date", "Among"))
    ] == []
    effect = primary[0]
    (stay,) = (each for each in effect.assumptions if each.entry == "post_cg_stay")
    values = (*stay.values, effect.mean)
    low, high = (report.signed(edge(values), effect.unit) for edge in (min, max))
    assert f"{effect.option}: {low} to {high}" in moved[3]
    assert moved[3].count(": ") == len(primary)
    still = [row for row in told["table"].rows if row[3] == report.NOT_VARIED]
    assert len(still) + len([row for row in rows.values() if row[3] != report.NOT_VARIED]) == len(rows)
    assert f"Of {len(told['table'].rows)} assumed entries" in told["told"]


def test_the_statement_never_says_approved_and_counts_hits_as_the_record_does(stored: Stored) -> None:
    primary = report.first_headline(stored)
    points = {point.title: point.text for point in quality.statement(stored, primary, (), ())}
    assert "none is recorded" in points["Roles"]
    assert "Not possible from this result" in points["Validation: is it like the world?"]
    could = [effect.option for effect in primary if any(each.could_turn for each in effect.assumptions)]
    assert could
    assert "; ".join(could) in points["Uncertainty"]
    assert "not meant to be hit" not in quality._scaled(stored)
    small = dataclasses.replace(stored, config={"people": {"arrivals": {"multiplier": 0.005}}})
    assert "0.005 times the published referrals" in quality._scaled(small)
    table = quality.confidence_table()
    from sim.config.evidence import register

    assert sum(int(row[2]) + int(row[3]) for row in table.rows) == sum(
        entry.kind != "run" for entry in register().entries
    )


def test_it_tells_the_command_that_makes_it_again(html: str, result: Path) -> None:
    assert "<code>cliffedge compare experiment.seed=7</code>" in html
    assert f"<code>cliffedge report results/{result.name}</code>" in html


def test_without_the_extra_a_pdf_is_refused_with_the_way_to_install_it(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(SimError, match=re.escape("pip install 'cliffedge[pdf]'")):
        report.write(result, tmp_path / "r.pdf", pdf=True)
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_nothing(result: Path, tmp_path: Path) -> None:
    with pytest.raises(SimError, match="cannot be written: there is no folder"):
        report.write(result, tmp_path / "no" / "such" / "r.html")
    assert list(tmp_path.iterdir()) == []


def _structure(pdf: bytes) -> SimpleNamespace:
    """The marked text of a PDF whose objects are not compressed: kinds of elements and text alternatives."""
    kinds = re.findall(rb"/S /(Figure|Table|TH|TD|TR|H1|H2|H3|P|Document|L|LI)\b", pdf)
    alternatives = re.findall(rb"/Alt \((.*?)(?<!\\)\)|/Alt <([0-9a-fA-F]+)>", pdf, re.S)
    words = [
        re.sub(r"\\([()\\])", r"\1", plain.decode("latin-1"))
        if plain
        else bytes.fromhex(coded.decode()).decode("utf-16")
        for plain, coded in alternatives
    ]
    return SimpleNamespace(kinds={kind.decode() for kind in kinds}, alternatives=words)


def _uncompressed(pdf: bytes) -> bytes:
    """A PDF with its compressed streams opened, good enough to be searched."""
    import zlib

    opened = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            opened.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_a_pdf_is_tagged_and_keeps_the_words_for_its_pictures() -> None:
    pytest.importorskip("weasyprint", exc_type=ImportError)
    from sim.present.figures import svg_uri
    from sim.present.report_pdf import as_pdf

    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="9" height="9"/></svg>'
    page = (
        '<html lang="en-GB"><head><title>Short</title></head><body><h1>One</h1><h2>Two</h2><p>Text</p>'
        f'<img alt="Nights fall from 9 to 4" src="{svg_uri(svg)}">'
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table></body></html>"
    )
    made = _uncompressed(as_pdf(page))
    found = _structure(made)
    assert {"Figure", "Table", "TH", "TD", "H1", "H2", "P"} <= found.kinds
    assert "Nights fall from 9 to 4" in found.alternatives
    assert b"pdfuaid" in made
    assert b"/MarkInfo" in made
    assert b"/Lang" in made
    with pytest.raises(SimError, match=r"asks for https://example\.org/x\.png"):
        as_pdf('<html><body><img alt="x" src="https://example.org/x.png"></body></html>')


@pytest.mark.deep
def test_the_whole_report_as_pdf_keeps_every_text_alternative(
    result: Path, tmp_path: Path, html: str
) -> None:
    pytest.importorskip("weasyprint", exc_type=ImportError)
    path = report.write(result, tmp_path / "r.pdf", pdf=True)
    found = _structure(_uncompressed(path.read_bytes()))
    wanted = [html_module.unescape(alt) for alt in re.findall(r'<img [^>]*alt="([^"]*)"', html)]
    assert len(wanted) >= 8
    assert len(found.alternatives) >= len(wanted)
    starts = {" ".join(each.split())[:40] for each in found.alternatives}
    assert {" ".join(each.split())[:40] for each in wanted} <= starts
