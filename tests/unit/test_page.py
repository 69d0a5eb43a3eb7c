"""The comparison page of a made-up result: what it must say, hold and refuse."""

import base64
import io
import itertools
import re
import subprocess
import sys
import types
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from sim.errors import SimError
from sim.present import drawing, equity, names, page, plots, read
from sim.validate import published
from tests.stored_result import write_result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_result(tmp_path_factory.mktemp("results") / "made-up")


@pytest.fixture(scope="module")
def html(result: Path) -> str:
    return page.write(result).read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collects headings, pictures and addresses, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.alts: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag not in ("meta", "link", "img", "br", "wbr"):
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.alts.append(about.get("alt") or "")
        self.ids += [about["id"] or ""] if "id" in about else []
        self.addresses += [
            value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")
        ]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else at {self.getpos()}"


@pytest.fixture(scope="module")
def read_page(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_the_page_is_one_file_without_a_script_or_an_outside_address(html: str, read_page: Reader) -> None:
    assert "<script" not in html
    assert all(address.startswith(("data:", "#")) for address in read_page.addresses)
    assert "@import" not in html
    assert "url(" not in html
    in_page = {address[1:] for address in read_page.addresses if address.startswith("#")}
    assert in_page <= set(read_page.ids)
    assert len(read_page.ids) == len(set(read_page.ids))


def test_headings_never_skip_a_level_and_every_picture_has_words(read_page: Reader) -> None:
    levels = read_page.headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert len(read_page.alts) == 8
    assert all(len(alt) > 40 for alt in read_page.alts)


def test_text_of_scenarios_is_escaped(html: str) -> None:
    assert "precision.html" not in html  # this result was not grown
    assert "outlasts the &lt;decision&gt; &amp; leaves" in html
    assert "<decision>" not in html


def test_each_option_is_told_as_the_numbers_allow(html: str) -> None:
    sections = dict(re.findall(r'<div class="answer">\s*<h3>(.*?)</h3>(.*?)</div>', html, re.S))
    assert list(sections) == [
        "Support guaranteed for 180 days after a positive decision",
        "Priority need for confirmed survivors",
        "No local-connection test for survivors",
        "All three together",
    ]
    clear = sections["Support guaranteed for 180 days after a positive decision"]
    assert re.search(r"nowhere secure to live, on average, fall by 1[12]\.?\d* days", clear)
    assert (
        "but the direction could turn with an assumption, in 1 run of each setting: share with asylum pending"
        in clear
    )
    assert "Days with nowhere secure, first year: range over these 2 assumptions, one at a time" in clear
    assert "No change that can be told from chance in the share of survivors exploited again" in clear
    assert "Changes nothing in this model" in sections["No local-connection test for survivors"]


def test_only_the_measures_chosen_beforehand_fall_or_rise(html: str) -> None:
    answers = " ".join(re.findall(r'<div class="answer">(.*?)</div>', html, re.S))
    said = re.findall(r"<li>([^<]*\b(?:falls?|rises?) by [^<]*)</li>", answers)
    assert said
    for sentence in said:
        assert "second year" not in sentence
        assert "exploited" not in sentence
        assert "referred again" not in sentence
    assert re.search(r"second year with nowhere secure to live, on average, differ by −", answers)
    (count,) = re.findall(r"This page holds ([\d,]+) intervals from chance", html)
    shown = len(re.findall(r"<td[^>]*>[^<]*±", html))
    headline = 7 * 3  # of four options one changes nothing; each of the others has seven headline measures
    places = " ".join(re.findall(r"<p>(Where they are instead.*?)</p>", html))
    instead = len(re.findall(r"\([^()]* to [^()]*\)", places))
    assert instead
    assert int(count.replace(",", "")) == shown + headline + instead
    assert "about one in twenty would exclude zero by chance alone" in html


def test_what_puts_a_recorded_return_off_stands_beside_every_figure_of_it(html: str) -> None:
    for title in ("Recorded return within 365 days", "Recorded return within 730 days"):
        (row,) = re.findall(rf'<tr class="measure"><th[^>]*>{title}(.*?)</tr>', html, re.S)
        assert names.PUT_OFF in row
        (caption,) = re.findall(rf"<caption><span>({title}: [^<]*)</span>", html)
        assert names.PUT_OFF in caption
    listed = re.findall(r"<li>([^<]*)</li>", html)
    said = [sentence for sentence in listed if "share of survivors referred again" in sentence]
    assert len(said) == 6
    assert all(names.PUT_OFF in sentence for sentence in said)
    for figure in ("return", "more-differences"):
        (caption,) = re.findall(rf'<figure id="{figure}">.*?<figcaption>(.*?)</figcaption>', html, re.S)
        assert names.PUT_OFF in caption


def test_longer_support_is_shown_at_three_mean_stays(html: str, tmp_path: Path) -> None:
    (table,) = re.findall(r"<table>\s*<caption><span>Differences at three mean stays.*?</table>", html, re.S)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    assert heads == ["Option", "Measure", "72 days (1 run)", "150 days (4 runs)", "230 days (1 run)"]
    assert table.count("<tr>") == 1 + 2 * 7  # alone, and in the combination; seven headline measures
    assert "Priority need" not in table
    plain = page.write(write_result(tmp_path / "plain", band=False)).read_text(encoding="utf-8")
    assert "Differences at three mean stays" not in plain
    assert "this result holds the central one only" in plain


def test_the_price_in_places_is_what_the_result_holds(html: str, tmp_path: Path) -> None:
    sections = dict(re.findall(r'<div class="answer">\s*<h3>(.*?)</h3>(.*?)</div>', html, re.S))
    longer = "Support guaranteed for 180 days after a positive decision"
    for title, text in sections.items():
        assert ("The price in safehouse places" in text) == (title in (longer, "All three together"))
    assert "450 places are 90% full under today&#39;s rules and 98% full with this option" in sections[longer]
    assert "nobody is waiting for a place under today&#39;s rules and 2.0 people are" in sections[longer]
    assert "keep places from others who ask for one" in sections[longer]
    assert re.search(
        r"Of all waits \d+.\d% end without a place .* and 1[45].\d% with this option", sections[longer]
    )
    empty = page.write(write_result(tmp_path / "empty", bed_line=0.2)).read_text(encoding="utf-8")
    assert "keep places from others" not in empty
    assert "keep places from hardly anybody" in empty


def test_a_full_service_is_said_to_be_full_and_a_quiet_one_is_not(html: str) -> None:
    (said,) = re.findall(r"<li>(LifeLine is full[^<]*)</li>", html)
    assert "100% of its 700 places" in said
    assert "which would fill 5.7 times as many places" in said
    assert "80% of those who accept never start" in said
    assert "Quiet is full" not in html
    assert "Reach-In is full" not in html
    assert re.search(r"The line for a conclusive grounds decision is growing: from [\d,]+ people", html)


def test_duties_of_councils_and_rough_sleeping_stand_with_their_caveats(html: str) -> None:
    rows = re.findall(
        r"<tr[^>]*><th scope=\"row\">Homelessness duties towards survivors</th>(.*?)</tr>", html, re.S
    )
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert [row[:2] for row in cells] == [["April 2024 to March 2025", "950"], ["year 2025", "1,160"]]
    assert all(row[3] == "missed" for row in cells)
    assert "950 recorded, 5,500 in the model, missed" in html
    assert "It is a lower bound, limited by recording" in html
    assert "517 of the survivors followed" in html
    assert "4,667 people, survivors or not" in html
    assert "11% of that number" in html


def test_synthetic_people_and_reconstruction_are_named(html: str) -> None:
    assert "Everyone in this model is synthetic" in html
    assert "a reconstruction</h2>" in html
    assert "not foresight" in html
    assert "cliffedge compare experiment.seed=7" in html
    for word in ("What this version does not model", "Removed, or only delayed?", "range over runs"):
        assert word in html


def test_second_year_of_a_gain_that_comes_back(html: str) -> None:
    assert re.search(
        r"Support guaranteed for 180 days after a positive decision: partly delayed: of 1\d\.\d days gained",
        html,
    )


def _row(html: str, section: str, begins: str) -> list[str]:
    """The cells of a row of a section's tables."""
    part = html[html.index(f'id="{section}"') :]
    found = re.search(rf'<th scope="row">{re.escape(begins)}[^<]*</th>(.*?)</tr>', part, re.S)
    assert found is not None, begins
    return re.findall(r"<td[^>]*>([^<]*)</td>", found[1])


def test_who_gains_and_who_loses_stands_under_two_couplings_and_says_so(html: str) -> None:
    assert "depends on how luck is paired" in html
    cells = _row(html, "gains-heading", "Priority need for confirmed survivors")
    told = [float(cell.split("%")[0]) for cell in cells]
    assert told == pytest.approx([11.0, 1.0, 11.0 + 37.0, 1.0 + 36.0], abs=0.3)
    assert _row(html, "gains-heading", "No local-connection test for survivors")[:2] == ["0.0% ± 0"] * 2
    alone = _row(html, "gains-heading", "Nothing changed: luck alone")
    assert alone[:2] == ["not run", "not run"]
    assert alone[2].startswith("37.0%")
    assert "37.0% of people would already have that many days fewer and 36.0% more" in html


def test_recovery_is_told_as_had_and_as_lost_and_not_where_there_is_no_such_service(html: str) -> None:
    had = _row(html, "recovery-heading", "1 Secure and suitable housing")
    assert had[0] == "42.0%"
    assert had[1].startswith("+1.0 ±") or had[1].startswith("+0.9 ±")
    assert _row(html, "recovery-heading", "had it since the decision, and lost it")[:2] == ["8.0%", "0"]
    assert _row(html, "recovery-heading", "7 Access to education and work")[0] == "no such service"
    assert (
        "Outcomes 4 (compassionate, trauma-informed services) and 5 (finding purpose) are not modelled"
        in html
    )


def test_recorded_return_stands_beside_itself_with_detection_held(html: str) -> None:
    days, own, kept = _row(html, "return-heading", "Support guaranteed for 180 days")[-3:]
    assert days in ("365", "730")
    assert own != kept
    assert "Here the two are the same" not in html


def test_cells_are_hidden_where_few_people_stand_behind_them_or_chance_swamps_them(html: str) -> None:
    (row,) = re.findall(r'<th scope="row">Region: north east</th>(.*?)</tr>', html, re.S)[:1]
    assert row.count("too few people") == 5
    (row,) = re.findall(r'<th scope="row">Region: wales</th>(.*?)</tr>', html, re.S)[:1]
    assert "too uncertain to show" in row
    (row,) = re.findall(r'<th scope="row">Sex: female</th>(.*?)</tr>', html, re.S)[:1]
    assert "too" not in row
    assert "larger than both the difference itself and 5 days (or 5 percentage points)" in html
    assert "which is 3.2 Monte Carlo standard errors" in html  # t of 3 degrees of freedom


def test_a_group_is_named_only_where_it_can_be_told_from_everybody_else(result: Path, html: str) -> None:
    from sim.present.equity import contrasts

    found, comparisons = contrasts(read.load(result))
    assert comparisons == 4 * 4  # four options, four groups of enough people
    named = {each.group for each in found["extended_support_180"] if each.told_apart}
    assert named == {"place at the decision: insecure or none"}
    (said,) = re.findall(r"<li>(Support guaranteed for 180 days[^<]*against[^<]*)</li>", html)
    assert "gains more: people with nowhere secure at the decision (−1" in said
    assert "Region: wales" not in said
    assert "No local-connection test for survivors: no group can be told from everybody else." in html


def test_a_box_names_a_group_only_beyond_chance_and_those_who_gain_next_to_nothing_with_the_reason() -> None:
    from sim.present.equity import Contrast
    from sim.present.whom import for_whom

    option = read.Story("o", "Option", (), (), (("housing.priority_need.confirmed_survivors", "no", "yes"),))
    figures = {  # group: mean, low, high of its own difference, and whether it is told apart from the rest
        "all": (-6.0, -6.2, -5.8),
        "status=leave to remain": (-10.0, -10.4, -9.6),
        "sex=female": (-9.0, -19.0, 1.0),
        "sex=male": (-12.0, -13.0, -11.0),
        "dependants=yes": (-0.2, -0.6, 0.2),
        "status=no status": (-1.1, -1.4, -0.8),
        "region=Wales": (2.0, 1.0, 3.0),
    }
    differences = [
        types.SimpleNamespace(
            option="o", metric=names.PRIMARY, group=group, unit="days", better="lower", baseline=100.0,
            mean=mean, low=low, high=high, replications=9, band=(),
        )
        for group, (mean, low, high) in figures.items()
    ]  # fmt: skip
    stored = types.SimpleNamespace(
        options=(option,),
        comparison=types.SimpleNamespace(differences=differences, replications=9),
        people_by_group={},
    )
    found = [
        Contrast(group, mean, -6.0, *((-1.0, 1.0) if group == "sex=male" else (1.0, 2.0)), group)
        for group, (mean, _, _) in figures.items()
        if group != "all"
    ]
    assert for_whom(stored, option, found) == (  # type: ignore[arg-type]
        "Gains most: people with leave to remain at the decision (−10.0 days, −10.4 to −9.6). "
        "Gains next to nothing: people with children or other dependants (−0.2 days, −0.6 to +0.2; in "
        "priority need already). "
        "More days with nowhere secure: region: Wales (+2.0 days, +1.0 to +3.0)."
    )
    assert "no group can be told from everybody else in these 9 runs" in for_whom(
        stored,
        option,
        found[2:3],  # type: ignore[arg-type]
    )
    assert for_whom(stored, option, []) == ""  # type: ignore[arg-type]


def test_a_box_tells_the_places_of_the_days_gained_and_they_add_up(result: Path) -> None:
    from sim.present.whom import days_by_place, where_instead

    stored = read.load(result)
    option = next(each for each in stored.options if each.name == "priority_need")
    gaps = days_by_place(stored, option.name)
    assert len(gaps) == 4
    assert gaps.sum(axis="columns").abs().max() < 1e-9, "a day lost in one place is a day somewhere else"
    days = np.arange(365.0)
    less = 0.017 * np.exp(-days / 700)  # as `stored_result` makes the curve of those with nowhere secure
    assert gaps["insecure or none"].to_numpy() == pytest.approx(-less.sum())
    said = where_instead(stored, option)
    assert f"safehouse +{gaps['safehouse'].mean():.1f} (" in said
    assert "insecure" not in said
    same = next(each for each in stored.options if each.name == "local_connection_exempt")
    assert where_instead(stored, same) == ""


def test_everybody_else_is_everybody_without_the_group() -> None:
    import pandas as pd

    from sim.present.equity import contrasts

    stored = types.SimpleNamespace(
        options=(types.SimpleNamespace(name="option"),),
        outcomes=pd.DataFrame(
            [
                {"world": "central", "metric": m, "scenario": s, "group": g, "replication": k, "value": v}
                for k in (0, 1)
                for m, s, g, v in (
                    ("cohort_people", "baseline", "all", 400.0),
                    ("cohort_people", "baseline", "sex=female", 100.0),
                    (names.PRIMARY, "baseline", "all", 100.0),
                    (names.PRIMARY, "option", "all", 94.0),  # 100 people lose 12, 300 lose 4
                    (names.PRIMARY, "baseline", "sex=female", 80.0),
                    (names.PRIMARY, "option", "sex=female", 68.0),
                )
            ]
        ),
    )
    ((one,),) = contrasts(stored)[0].values()  # type: ignore[arg-type]
    assert (one.own, one.rest) == pytest.approx((-12.0, -4.0))


# ------------------------------------------------------------------------------------------------------ costs
def costs_of(html: str) -> str:
    (section,) = re.findall(r'<section aria-labelledby="costs-heading">(.*?)</section>', html, re.S)
    return section


def test_costs_are_told_by_option_with_the_price_of_a_day_only_where_it_is_defined(html: str) -> None:
    said = re.findall(r"<li>([^<]*)</li>", costs_of(html))
    longer, priority, local, together = said
    assert re.search(r"differs by \+£[45]\d\d a survivor, from £14,250", longer)
    assert "not defined: the days avoided cannot be told from zero" in longer
    assert re.search(r"public bodies pay £[89]\d \(95% interval", priority)
    assert "changes nothing" in local
    assert "It avoids no day and costs nothing." in local
    assert (
        "costs public bodies less and leaves fewer days with nowhere secure, so no day has a price"
        in together
    )
    assert not re.search(r"\b(falls?|rises?) by\b", costs_of(html))


def test_each_answer_holds_one_sentence_on_cost_that_claims_no_more_than_its_interval(html: str) -> None:
    sections = dict(re.findall(r'<div class="answer">\s*<h3>(.*?)</h3>(.*?)</div>', html, re.S))
    longer = sections["Support guaranteed for 180 days after a positive decision"]
    assert re.search(r"Cost to public bodies: \+£[45]\d\d a survivor over two years, from £14,250", longer)
    assert "cannot be told from chance." not in longer
    assert "Cost to public bodies: unchanged." in sections["No local-connection test for survivors"]


def test_the_terminal_shows_one_line_of_cost_an_option(result: Path) -> None:
    from rich.console import Console

    from sim.experiment.commands import differences_table
    from sim.experiment.compare import compare
    from sim.experiment.store import load

    console = Console(width=200, record=True, file=io.StringIO())
    console.print(differences_table(compare(load(result))))
    lines = [line for line in console.export_text().splitlines() if "Cost to public bodies" in line]
    assert len(lines) == 4
    assert all("£14,250" in line for line in lines)


def test_the_range_of_unit_costs_is_that_of_the_register(html: str, result: Path) -> None:
    from sim.present.costs import price_range

    stored = read.load(result)
    option = stored.options[0]
    span = price_range(stored, option)
    assert span is not None
    used = {
        e.metric: e.mean for e in read.effects(stored, ["resource_casework_week"]) if e.option == option.title
    }
    (cost,) = [e.mean for e in read.effects(stored, ["cost_public"]) if e.option == option.title]
    weeks = used["resource_casework_week"]
    assert span.high == pytest.approx(
        cost + weeks * (150 - 90)
    )  # casework at the top of its range, 60 to 150
    assert span.widest == "weeks of casework"


def test_payers_stand_in_a_table_and_the_value_of_harm_apart(html: str) -> None:
    section = costs_of(html)
    for payer in ("Home Office", "Councils", "NHS", "Charity", "All public bodies"):
        assert f'<th scope="row">{payer}</th>' in section
    assert "£328,720 (prices of 2016-17)" in section
    assert "Benefits, rents and housing benefit are left out on all sides" in section
    assert re.search(r"Both together</th>\s*<td[^>]*>£31,250", section)
    assert re.search(
        r"Weeks of casework</th>\s*<td[^>]*>Home Office</td>\s*<td[^>]*>£90 \(assumed\)", section
    )
    assert re.search(r"Councils</th><td[^>]*>£30.0</td>", section)


def test_setting_up_a_service_stands_apart() -> None:
    from sim.present.costs import set_up

    def of(*paths: str) -> str:
        option = types.SimpleNamespace(title="The pilots", changes=[(path, "0", "1") for path in paths])
        services = {"pilots": {"title": "Pilots", "payer": "councils", "set_up_cost": 150_000.0}, "other": {}}
        stored = types.SimpleNamespace(options=[option], config={"services": services})
        return set_up(stored)  # type: ignore[arg-type]

    assert of("services.pilots.offered_share", "services.pilots.areas").count("£150,000 (councils") == 1
    assert of("services.other.offered_share", "support.floor.bed_days") == ""


def test_homes_gained_are_told_as_homes_that_others_wait_for(html: str) -> None:
    (section,) = re.findall(r'<section aria-labelledby="homes-heading">(.*?)</section>', html, re.S)
    longer, priority, local, together = re.findall(r"<li>([^<]*)</li>", section)
    assert "no difference that can be told from chance" in longer
    assert re.search(r"\+(29|30)\d homes gained by survivors that other households wait for", priority)
    assert local.endswith("no home more or fewer.")
    assert "other households wait for" in together
    assert "an identity, not a forecast" in section
    assert "New supply is taken to meet 0% of the extra homes" in section


def test_a_result_without_costs_says_so_and_a_grown_one_leads_to_how_it_narrowed(tmp_path: Path) -> None:
    folder = write_result(tmp_path / "costless", costs=False)
    (folder / "precision.json").write_text("{}", encoding="utf-8")  # as if grown to a precision
    told = page.write(folder).read_text(encoding="utf-8")
    assert "This result holds no costs." in costs_of(told)
    assert '<a href="precision.html">' in told


def test_one_replication_and_no_band_is_said_and_claims_nothing(tmp_path: Path) -> None:
    html = page.write(write_result(tmp_path / "one", replications=1, band=False)).read_text(encoding="utf-8")
    answers = " ".join(re.findall(r'<div class="answer">(.*?)</div>', html, re.S))
    assert "oo few runs to say what is chance" in answers
    assert "o assumption was varied" in answers
    assert "How sure: one run of each option" in html
    assert not re.search(r"\b(fall|falls|rise|rises) by\b", answers)


def test_the_same_result_gives_the_same_bytes_and_replaces_whole(result: Path, html: str) -> None:
    assert page.write(result).read_text(encoding="utf-8") == html
    assert sorted(path.name for path in result.glob("*comparison*")) == ["comparison.html"]


def test_a_result_without_manifest_is_refused(tmp_path: Path) -> None:
    folder = write_result(tmp_path / "half")
    (folder / "manifest.json").unlink()
    with pytest.raises(SimError, match="never finished"):
        page.write(folder)
    assert not (folder / "comparison.html").exists()


def test_published_series_have_their_dots_in_the_table(html: str) -> None:
    figures = published.record()
    backlog = {figure.period: figure.value for figure in figures if figure.measure == "cg_backlog"}
    assert backlog == {
        "2019Q4": 12019,
        "2020Q4": 17734,
        "2021Q4": 24499,
        "2022Q4": 29275,
        "2023Q4": 28600,
        "2024Q4": 17168,
        "2025Q2": 11645,
        "2025Q3": 9107,
        "2025Q4": 5758,
    }
    for value in backlog.values():
        assert f"{value:,.0f}</td>" in html
    assert sum(f.value for f in figures if f.measure == "referrals" and f.period < "2015") == 2337
    assert sum(f.value for f in figures if f.measure == "cg_decisions" and f.period[:4] == "2022") == 6152
    assert sum(f.value for f in figures if f.measure == "rg_decisions" and f.period[:4] == "2021") == 12499
    assert all(figure.source and figure.definition for figure in figures)


def test_a_hit_lies_in_the_range_widened_by_the_stated_tolerance() -> None:
    figure = next(f for f in published.record() if f.measure == "cg_backlog" and f.period == "2022Q4")
    key = (figure.measure, figure.statistic, figure.period)
    edge = figure.value / (1 + published.COUNT_TOLERANCE)
    for values, hit in (
        ([edge + 1, edge - 900], True),
        ([edge - 1], False),
        ([figure.value * 1.2], False),
        ([figure.value * 1.2, figure.value * 0.8], True),
        ([float("nan")], None),
        ([], None),
    ):
        (check,) = published.compare([figure], {key: values})
        assert check.hit is hit
    wait = next(f for f in published.record() if f.measure == "cg_wait")
    (check,) = published.compare(
        [wait],
        {(wait.measure, wait.statistic, wait.period): [wait.value / (1 + published.WAIT_TOLERANCE) + 1]},
    )
    assert check.hit is True


def test_every_figure_is_shown_hit_or_missed(result: Path) -> None:
    from sim.present.history import checks, quarterly_table, record_block

    found = checks(read.load(result))
    shown = len(quarterly_table(found).rows) + len(record_block(read.load(result), found).table.rows)
    assert shown == len(published.record())


def test_an_infinite_median_wait_is_left_out_of_the_lines(result: Path) -> None:
    from sim.present.history import _band

    years, mean, low, high = _band(read.load(result), "bed_wait_median", stock=False)
    assert years[0] == 2016.5
    assert all(np.isfinite(values).all() for values in (mean, low, high))
    assert len(years) == len(mean) == 16


def test_pictures_are_the_same_bytes_and_leave_no_trace() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    dots = [plots.Dot("Option", -3.0, -4.0, -2.0, -6.0, 1.0), plots.Dot("One run only", 1.0)]
    panel = plots.DotPanel("Days", "days", "lower", dots)
    first, second = plots.differences([panel]), plots.differences([panel])
    assert first == second
    assert dict(matplotlib.rcParams) == before
    assert b"<dc:date>" not in first
    assert "matplotlib.pyplot" not in _modules_after_drawing()


def _modules_after_drawing() -> str:
    code = (
        "import sys; from sim.present import plots; "
        "plots.differences([plots.DotPanel('t', 'days', 'lower', [plots.Dot('a', 1.0)])]); "
        "print(list(sys.modules))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_stacks_of_one_two_and_five_scenarios_can_be_drawn() -> None:
    days = np.arange(0.0, 731.0, 10)
    shares = {"insecure": 0.4 + 0 * days, "settled": 0.6 + 0 * days}
    for count in (1, 2, 5):
        svg = plots.places([plots.PlacesPanel(f"Rules {k}", days, shares) for k in range(count)])
        assert svg.startswith(b"<?xml")


def test_labels_are_spread_and_keep_their_order() -> None:
    placed = drawing.spread([5.0, 5.0, 5.0, 9.9], 2.0, 0.0, 10.0)
    assert placed == sorted(placed)
    assert all(b - a >= 2 - 1e-12 for a, b in itertools.pairwise(placed))
    assert placed[0] >= 0
    assert placed[-1] <= 10


def test_pictures_in_the_page_are_sound_svg(html: str, read_page: Reader) -> None:
    from xml.etree import ElementTree

    pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert len(pictures) == html.count("<img ") == len(read_page.alts) >= 5
    for encoded in pictures:
        assert ElementTree.fromstring(base64.b64decode(encoded)).tag.endswith("svg")


def test_the_years_table_says_what_held_in_the_middle_of_the_year_it_names(result: Path) -> None:
    from sim.present.history import years_block

    stored = read.load(result)
    block = years_block(stored)
    assert block is not None
    quarters = read.series(stored, "people_in_support", "baseline").mean(axis="columns")
    told = dict(zip(block.table.head, block.table.rows[0], strict=True))
    for year in block.table.head[2:]:
        held = quarters[f"{year}Q2"]  # the stock at the end of June
        assert float(told[year].replace(",", "")) == pytest.approx(held, abs=0.51)
    assert len({quarters[f"{year}Q2"] for year in block.table.head[2:]}) > 2


@pytest.mark.parametrize(("people", "shown"), [(49.7, "49"), (50.0, "50"), (1234.6, "1,235"), (None, "")])
def test_a_group_of_too_few_is_not_rounded_up_to_enough(people, shown) -> None:
    stored = types.SimpleNamespace(people_by_group={} if people is None else {"sex=female": people})
    assert equity.people_in(stored, "sex=female") == shown
