"""The validation page: every published target beside the model, then the blind projections, never mixed.

`write` puts `validation.html` beside a stored validation: no script, no outside request, every figure with a
text alternative and its numbers. What is a hit, a score or a trace is decided in `sim.validate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.present import pages
from sim.present.figures import Block, Table, svg_uri
from sim.validate.fluid import ORDERS
from sim.validate.target import COUNTS
from sim.validate.words import (
    NOT_FORESIGHT,
    UNTESTED,
    interval_of,
    of_projection,
    of_role,
    per_cent,
    score_of,
    shown,
    trace_in_words,
    traces_together,
    warning,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.experiment.store import Result
    from sim.validate.findings import Findings, Projection
    from sim.validate.score import Score

FILE_NAME: Final = "validation.html"
_UNDATED: Final = ("people.", "decisions.", "support.", "status.")
_MANY: Final = 12


def write(folder: Path, found: Findings) -> Path:
    """Write the page of a stored validation.

    Parameters
    ----------
    folder : Path
        ``results/<run-id>``, made by ``cliffedge validate``.
    found : Findings
        Of the same result.

    Raises
    ------
    SimError
        If the result cannot be read or the page cannot be written.
    """
    from sim.experiment.store import load

    return pages.write(folder / FILE_NAME, render(load(folder), found))


def render(result: Result, found: Findings) -> str:
    """Return the page as HTML."""
    return pages.html_of("validation.html", content(result, found), roomy=True)


def content(result: Result, found: Findings) -> dict[str, Any]:
    """Everything the template shows, as plain values."""
    from sim.present.validation_figures import pilots_block, projection_block, series_block, waits_block
    from sim.validate.record import untested

    misses = [one for one in found.reconstruction if one.hit is False]
    return {
        "title": "Does the model reproduce the published record?",
        "warning": warning(result.config),
        "untested_words": UNTESTED,
        "not_foresight": NOT_FORESIGHT,
        "roles": [of_role(role, told) for role, told in found.by_role.items()],
        "figures": [
            *series_block(result, found.reconstruction),
            waits_block(result, found.reconstruction),
            *filter(None, [pilots_block(found.reconstruction)]),
        ],
        "targets": _target_tables(found.reconstruction),
        "definitions": _definitions(found.reconstruction),
        "misses": _misses(misses),
        "projections": [
            {
                "title": f"Blind from {_words(one)}",
                "sentences": of_projection(one),
                "figure": projection_block(result, one),
                "scores": _projection_table(one),
                "undated": _undated(result, one),
            }
            for one in found.projections
        ],
        "benchmark": _benchmark_table(found.projections),
        "traces_together": traces_together(found.traces),
        "traces": [trace_in_words(one).strip() for one in found.traces],
        "trace_table": _trace_table(found),
        "untested": Table(
            "Published, and not set beside a run",
            ("What", "Published", "Why not"),
            tuple((one.what, f"{one.published} ({one.source})", one.reason) for one in untested()),
        ),
        "command": str(result.manifest["command"]),
        "seed": str(result.manifest["seed"]),
        "run_id": str(result.manifest["run_id"]),
        "source_hash": str(result.manifest["source_hash"]),
    }


def _words(one: Projection) -> str:
    return f"{one.day.day} {one.day:%B %Y}"


def _target_tables(scores: Sequence[Score]) -> list[Table]:
    """Every target, short series together and long ones in tables of their own."""
    groups: dict[str, list[Score]] = {}
    for one in scores:
        groups.setdefault(one.target.group, []).append(one)
    few = [one for told in groups.values() if len(told) <= _MANY for one in told]
    tables = [_table("Every target but the quarterly series", sorted(few, key=lambda one: one.target.group))]
    for told in groups.values():
        if len(told) > _MANY:
            tables.append(_table(told[0].target.title, sorted(told, key=lambda one: one.target.period)))
    return tables


def _definitions(scores: Sequence[Score]) -> Table:
    """What each series of targets counts, once for each wording."""
    rows = dict.fromkeys(
        (
            one.target.title,
            one.target.definition,
            one.target.denominator or "none",
            COUNTS[one.target.counts],
        )
        for one in scores
    )
    head = ("Target", "Definition", "Denominator", "Counts, beside the model")
    return Table("What each target counts", head, tuple(rows))


def _table(caption: str, scores: Sequence[Score]) -> Table:
    return Table(
        caption,
        (
            "Target",
            "When",
            "Published",
            "Model: mean (least to greatest)",
            "Error",
            "Interval score",
            "Role",
            "Verdict",
            "Source",
        ),
        tuple(
            (
                one.target.title,
                one.target.as_of,
                shown(one.target.value, one.target.unit),
                interval_of(one),
                _error(one),
                shown(one.interval_score, one.target.unit) if one.interval_score is not None else "none",
                one.target.role.replace("_", " "),
                one.verdict,
                f"{one.target.source}, {one.target.confidence}",
            )
            for one in scores
        ),
    )


def _error(one: Score) -> str:
    """The absolute error, and over the published figure."""
    if one.error is None:
        return "not measured"
    size = shown(abs(one.error), one.target.unit)
    sign = "−" if one.error < 0 else "+"
    return f"{sign}{size}" + (f" ({one.relative:+.0%})".replace("-", "−") if one.relative is not None else "")


def _misses(misses: Sequence[Score]) -> list[dict[str, str]]:
    """Each missed series with what is known to lie behind it."""
    from sim.validate.record import mechanisms

    known = mechanisms()
    groups: dict[str, list[Score]] = {}
    for one in misses:
        groups.setdefault(one.target.group, []).append(one)
    return [
        {
            "title": told[0].target.title,
            "when": "; ".join(
                f"{one.target.as_of}: published {shown(one.target.value, one.target.unit)}, "
                f"model {shown(one.mean, one.target.unit)}"
                for one in told[:_MANY]
            )
            + (f"; and {len(told) - _MANY} more in the table" if len(told) > _MANY else ""),
            "why": known.get(name, "No mechanism is known."),
        }
        for name, told in groups.items()
    ]


def _projection_table(one: Projection) -> Table:
    """Every later target with its blind interval and the benchmarks'."""
    fluids = {order: {score.target.id: score for score in scores} for order, scores in one.fluids.items()}
    rows = []
    for score in one.scores:
        unit = score.target.unit
        beside = [
            interval_of(fluids[order][score.target.id]) if score.target.id in fluids[order] else "not held"
            for order in ORDERS
        ]
        rows.append(
            (
                score.target.title,
                score.target.as_of,
                shown(score.target.value, unit),
                interval_of(score),
                *beside,
                _error(score),
                shown(score.interval_score, unit) if score.interval_score is not None else "none",
                score.verdict,
                score.target.source,
            )
        )
    head = (
        "Target",
        "When",
        "Published",
        "Model, blind",
        *ORDERS.values(),
        "Error",
        "Interval score",
        "Verdict",
        "Source",
    )
    return Table(f"Every published target after {_words(one)}", head, tuple(rows))


def _benchmark_table(projections: Sequence[Projection]) -> Table:
    """The model against each benchmark over the targets that both hold."""
    rows = []
    for one in projections:
        for order, (model, fluid, count) in one.compared.items():
            rows.append(
                (
                    _words(one),
                    ORDERS[order],
                    str(count),
                    f"{score_of(model)} / {score_of(fluid)}",
                    f"{per_cent(model.relative)} / {per_cent(fluid.relative)}",
                    f"{per_cent(model.coverage)} / {per_cent(fluid.coverage)}",
                    f"{model.hits} / {fluid.hits}",
                )
            )
    head = (
        "Known until",
        "Benchmark",
        "Targets",
        "Mean interval score: model / benchmark",
        "Mean absolute error",
        "Inside the interval",
        "Hits",
    )
    return Table("Model and benchmark over the same targets (lower scores are better)", head, tuple(rows))


def _trace_table(found: Findings) -> Table:
    from sim.validate.trace import GROUPS

    return Table(
        "Share of each gap that closes when one later input is given back (blind from 31 December 2022)",
        ("Target", "When", *(group.title for group in GROUPS)),
        tuple(
            (
                one.target.title,
                one.target.as_of,
                *(f"{one.closed[group.name]:.0%}".replace("-", "−") for group in GROUPS),
            )
            for one in found.traces
        ),
    )


def _undated(result: Result, one: Projection) -> Table:
    """Inputs without a date that rest on later publications: they could not be taken out."""
    from sim.validate.known import undated_and_later

    told = undated_and_later(result.config, one.day, _UNDATED)
    cells = [row for row in told if row.path.startswith("people.traits.cells.")]
    rows = [(row.path, row.value, row.sources) for row in told if row not in cells]
    if cells:
        rows.append(("people.traits.cells.*", f"{len(cells)} shares", cells[0].sources))
    return Table("Undated inputs read from later publications", ("Input", "Value", "Sources"), tuple(rows))


__all__ = ["FILE_NAME", "Block", "content", "render", "svg_uri", "write"]
