"""Which cells are measured, how often, and the tables and targets that are made of them.

A section is measured in rounds: every cell once, then every cell again, so that whatever else the machine is
at falls on all alike. Ratios are taken within a section of one run. Numbers are medians over the rounds.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any, Final, NamedTuple

Answers = dict[str, dict[str, Any]]
FIFTH: Final = 0.2
"""The share of arrivals, and of everything that meets them, with which the reference is forked."""
KEEPING_MEMORY: Final = (("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", str(2**40)))
"""With these, a process under GNU's C library gives no memory back to the system."""
AS_FOUND: Final = ", as found"
AT_HAND: Final = ", memory at hand"
FROM_HOST: Final = ", memory from the host"
JUST_AFTER: Final = ", just after a large run"
PAUSE: Final = 30.0
"""Seconds after which the host of a virtual machine has taken back what was free in it; 16 were enough."""
SECTIONS: Final = ("small", "national", "growth", "runner")
GIVEN: Final = "PriorityResource, times given"
SIMULATORS: Final = {
    "Resource": "SimPy, a process a person, `Resource`",
    "PriorityResource": "SimPy, a process a person, `PriorityResource`",
    GIVEN: "SimPy, a process a person, `PriorityResource`, times made beforehand",
    "ciw": "Ciw",
    "reference": "our reference engine",
    "compiled": "our compiled engine",
}
NETWORKS: Final = {
    "one station": "M/M/20 at nine tenths, no backlog",
    "in series": "Two stations in series, three classes, patience; no backlog",
    "with backlog": "The same with 5,000 people waiting at the start, and more patience",
}


class Cell(NamedTuple):
    """A measurement: what it is called, the function of `cells.py`, and how often at most."""

    label: str
    function: str
    arguments: dict[str, Any]
    rounds: int = 5
    environment: tuple[tuple[str, str], ...] = ()


def section(name: str, quick: bool) -> list[Cell]:
    """The cells of a section, in the order of a round."""
    factor = 0.02 if quick else 1
    if name == "small":
        n_people = 2_000 if quick else 30_000
        return [
            Cell(
                f"{network}/{simulator}",
                "small",
                {"network": network, "simulator": simulator, "n_people": n_people},
                1 if quick else 5,
            )
            for network in NETWORKS
            for simulator in SIMULATORS
        ]
    if name == "national":
        told: dict[str, Any] = {"engine": "compiled", "factor": factor}
        once = 1 if quick else 5
        return [
            Cell("whole" + AT_HAND, "national", {**told, "before_it": 2}, once, KEEPING_MEMORY),
            Cell("whole" + FROM_HOST, "national", {**told, "pause": 0.0 if quick else PAUSE}, once),
            Cell("whole", "national", told, once),
            Cell("whole, log left as it is", "national", {**told, "log": False}, once),
            Cell("whole, outcomes measured", "national", {**told, "measure": True}, once),
            Cell("forked", "forked", told, once),
            Cell("reference", "national", {"engine": "reference", "factor": factor}, once),
            Cell("reference, forked", "forked", {"engine": "reference", "factor": FIFTH * factor}, once),
            Cell("compilation", "compilation", {}, 1),
        ]
    if name == "growth":
        once, pause = 1 if quick else 5, 0.0 if quick else PAUSE

        def grown(times: int, **arguments: Any) -> dict[str, Any]:
            return {"engine": "compiled", "factor": times * factor, **arguments}

        return [
            *(
                Cell(f"x{times}{how}", "national", grown(times, log=log, pause=pause), once)
                for times in (1, 3, 10, 30)
                for how, log in ((FROM_HOST, True), (FROM_HOST + ", log left as it is", False))
            ),
            Cell("x1" + JUST_AFTER, "national", grown(1), once),
            *(
                Cell(f"x{times}{AT_HAND}", "national", grown(times, before_it=2), once, KEEPING_MEMORY)
                for times in (1, 30)
            ),
        ]
    small = ["people.arrivals.multiplier=0.02"] if quick else []
    replications, band = (2, 0) if quick else (30, 1)
    cells = [
        Cell(
            f"{workers} worker{'s' * (workers > 1)}",
            "runner",
            {"workers": workers, "replications": 2 if quick else 10, "band": 0, "overrides": small},
            1 if quick else 5,
        )
        for workers in (1, 2)
    ]
    main_job = {"workers": 2, "replications": replications, "band": band, "overrides": small}
    return [*cells, Cell("main job", "runner", main_job, 1 if quick else 5)]


# ------------------------------------------------------------------------------------------------ measuring
def measure(name: str, quick: bool, at_most: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Carry out a section, in so many rounds at most.

    Returns
    -------
    dict
        Of the section: when, how busy the machine was, which program and configuration were measured, and
        for each cell the medians of what it told, with the number of rounds.

    Raises
    ------
    SystemExit
        If a measurement fails, or if the program was changed meanwhile: ratios would mean nothing.
    """
    cells = [cell._replace(rounds=min(cell.rounds, at_most)) for cell in section(name, quick)]
    busy = [os.getloadavg()[0]]
    answers: dict[str, list[dict[str, Any]]] = {cell.label: [] for cell in cells}
    program = carry_out(Cell("ready", "ready", {}))["program"]
    for number in range(max(cell.rounds for cell in cells)):
        for cell in cells:
            if number < cell.rounds:
                answer = carry_out(cell)
                answers[cell.label].append(answer)
                say(f"{name}, round {number + 1}, {cell.label}: {answer['seconds']:.3g} s")
    busy.append(os.getloadavg()[0])
    now = carry_out(Cell("ready", "ready", {}))["program"]
    if now != program:
        raise SystemExit(
            f"The section {name} is not kept: the program was {program} when it began and is {now} now. "
            "Measure a copy that nobody edits."
        )
    return {
        "program": program,
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "quick": quick,
        "load": busy,
        "cells": {label: _medians(of_cell) for label, of_cell in answers.items()},
    }


def carry_out(cell: Cell) -> dict[str, Any]:
    """One measurement in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.cells", cell.function, json.dumps(cell.arguments)]
    alone = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    environment = {**os.environ, **alone, **dict(cell.environment)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"The measurement {cell.label!r} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _medians(answers: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {"rounds": len(answers)}
    for name in answers[0]:
        values = [one[name] for one in answers]
        told[name] = None if values[0] is None else median(values)
    seconds = [one["seconds"] for one in answers]
    told["least"], told["most"] = min(seconds), max(seconds)
    return told


def machine() -> str:
    """Processor, cores, Python and versions in one sentence."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            processor = next(
                line.partition(":")[2].strip() for line in lines if line.startswith("model name")
            )
    except (OSError, StopIteration):
        pass
    names = ("numpy", "numba", "simpy", "ciw")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{processor}, {cores} core{'s' * (cores != 1)}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


# --------------------------------------------------------------------------------------------------- tables
def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> list[str]:
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return [_row(*heads), _row(*ruler), *(_row(*row) for row in rows), ""]


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _per_second(count: float | None, seconds: float) -> str:
    return "" if count is None else f"{float(f'{count / seconds:.3g}'):,.0f}"


def _cost(label: str, told: dict[str, Any], events: float | None = None) -> tuple[object, ...]:
    """Label, CPU seconds, spread, events and people a second, memory, rounds."""
    seconds = told["seconds"]
    return (
        label,
        _seconds(seconds),
        f"{_seconds(told['least'])} to {_seconds(told['most'])}" if told["rounds"] > 1 else "",
        _per_second(events or told.get("events"), seconds),
        _per_second(told.get("people"), seconds),
        f"{told['peak']:,.0f}",
        told["rounds"],
    )


_COST: Final = ("", "CPU s", "least to most", "events/s", "people/s", "peak MiB", "rounds")
_SYSTEM: Final = "the system's CPU s"


def small_tables(cells: Answers) -> Iterator[str]:
    """The small networks."""
    for network, title in NETWORKS.items():
        fastest = cells[f"{network}/compiled"]
        yield f"### {title}"
        yield ""
        yield (
            f"{fastest['people']:,.0f} people, {fastest['events']:,.0f} events; making the people's keys and "
            f"classes takes another {_seconds(fastest['people_seconds'])} s."
        )
        yield ""
        rows = [
            (
                *_cost(label, told := cells[f"{network}/{simulator}"], fastest["events"]),
                f"{told['seconds'] / fastest['seconds']:.1f}",
            )
            for simulator, label in SIMULATORS.items()
        ]
        yield from _table((*_COST, "times the compiled"), rows)
        times = cells[f"{network}/{GIVEN}"]["seconds"] / fastest["seconds"]
        yield (
            "With times made beforehand SimPy has less to do than the others: it reads gaps, patience and "
            "service from a list, and writes down only when service begins. The compiled engine, which draws "
            f"them all and writes down everything, is still {times:.0f} times as fast."
        )
        yield ""


def national_tables(cells: Answers) -> Iterator[str]:
    """One national replication, whole and forked."""
    whole, told = cells["whole"], cells["forked"]
    yield (
        f"{whole['people']:,.0f} people, {whole['events']:,.0f} events; making the people takes another "
        f"{_seconds(whole['people_seconds'])} s, which both engines share."
    )
    yield ""
    rows = [
        (*_cost(label, cells[name], whole["events"]), _seconds(cells[name]["system"]))
        for label, name in (
            ("reference, whole", "reference"),
            ("compiled, whole, log in order, memory at hand", "whole" + AT_HAND),
            ("compiled, whole, log in order, memory from the host", "whole" + FROM_HOST),
            ("compiled, whole, log in order, as found", "whole"),
            ("compiled, whole, log left as it is, as found", "whole, log left as it is"),
            ("compiled, whole, log in order, outcomes measured, as found", "whole, outcomes measured"),
        )
    ]
    yield from _table((*_COST, _SYSTEM), rows)
    times = cells["reference"]["seconds"] / whole["seconds"]
    yield (
        f"The reference takes {times:.0f} times as long as the compiled engine does as found. "
        f"Compiling every kernel into an empty folder took {cells['compilation']['wall']:.0f} s. What memory "
        "at hand and from the host mean, and what the system's seconds are for, is told below the table of "
        "more arrivals. The rows as found have not waited, and have fetched more or less memory from the "
        "host: what a log in order or outcomes cost is the difference without the system's seconds."
    )
    yield ""
    count = int(told["count"])
    yield f"### {count} scenarios from one history"
    yield ""
    rows = [
        (
            engine,
            _seconds(cell["seconds"]),
            _seconds(cell["history"]),
            _seconds(cell["tails"]),
            _seconds(cell["whole"]),
            f"{cell['ratio']:.3f}",
            f"{cell['peak']:,.0f}",
            cell["rounds"],
        )
        for engine, cell in (
            ("compiled", told),
            ("reference, a fifth of the arrivals", cells["reference, forked"]),
        )
    ]
    heads = ("", "forked, CPU s", "one history", "all tails", f"{count} whole runs")
    yield from _table((*heads, "forked / (history + tails)", "peak MiB", "rounds"), rows)
    yield (
        "The reference's tails are its baseline's, so many times; it is forked with a fifth of the arrivals, "
        "desks, beds and places, so that a round stays short: compare its ratio only."
    )
    yield ""


def growth_tables(cells: Answers) -> Iterator[str]:
    """More arrivals, with decisions, beds and places to match."""
    rows = [
        (
            *_cost(label, told, cells[times + FROM_HOST]["events"]),
            _seconds(told["system"]),
            "" if how == JUST_AFTER else f"{told['seconds'] / cells['x1' + how]['seconds']:.1f}",
        )
        for label, told in cells.items()
        for times in (label.partition(",")[0],)
        for how in (label.removeprefix(times),)
    ]
    yield from _table((*_COST, _SYSTEM, "times x1"), rows)
    lucky, large = cells["x1" + JUST_AFTER]["seconds"], cells["x30" + FROM_HOST]["seconds"]
    yield (
        "Times are of a row's like at x1. The system's seconds are within the CPU seconds: most of them are "
        "for handing out memory that the process has not touched before. A virtual machine fetches that from "
        "its host, which costs seconds a GiB, and soon gives the host back what a process has freed. Each "
        'process with "memory from the host" therefore waits when its people are made, at present for '
        f"{PAUSE:.0f} seconds, so that it does not live on what the one before it has just freed. How much "
        "that is worth, the row of x1 that did not wait shows: "
        f"{_seconds(lucky)} s, so that x30 takes {large / lucky:.1f} times as long. "
        "That compares two states of the machine, since a large run takes longer than its host does to take "
        "memory back: right after another it still spent 5.0 instead of 6.7 s on that when it was tried. "
        "It is judged all the same: who runs one after the other may see it. "
        '"Memory at hand" leaves the fetching out for '
        "both: a process that gives no memory back, as the runner's workers do from one scenario to the "
        "next, makes the replication three times, and the third is measured; its peak is what was asked for "
        "rather than what is used. The rest of the growth is that the records of all who are in the pathway "
        "at x1 are about 50 MiB, some of which a processor keeps at hand; with more people nearly every "
        "event waits for the computer's memory."
    )
    yield ""


def runner_tables(cells: Answers) -> Iterator[str]:
    """Experiments through the runner."""
    rows = [
        (
            label,
            f"{told['runs']:,.0f}",
            f"{told['wall']:.1f}",
            f"{told['seconds']:.1f}",
            _per_second(told["events"], told["wall"]),
            _per_second(told["people"], told["wall"]),
            f"{told['peak']:,.0f}",
            told["rounds"],
        )
        for label, told in cells.items()
    ]
    heads = ("", "runs", "seconds", "CPU s", "events/s", "people/s", "peak MiB of a process", "rounds")
    yield from _table(heads, rows)
    yield f"Two workers are {_gain(cells):.2f} times as fast as one."
    yield ""
    yield (
        "Of a run whose calendar is kept, as it is for eight replications, more than half of the time goes "
        "into outcomes, much of it into sorting. On AMD's Zen 4 "
        "processors NumPy sorts several times as fast without AVX-512 "
        "([x86-simd-sort, issue 6](https://github.com/numpy/x86-simd-sort/issues/6)): with "
        '`NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL"` in the environment an experiment of eight '
        "replications took a twentieth less time."
    )
    yield ""


def _gain(cells: Answers) -> float:
    return float(cells["1 worker"]["wall"] / cells["2 workers"]["wall"])


# -------------------------------------------------------------------------------------------------- targets
def targets(found: dict[str, Any]) -> list[tuple[object, ...]]:
    """Each target: what, wanted, measured, hit or missed; those whose section was measured."""
    rows: list[tuple[object, ...]] = []
    quick = any(section["quick"] for section in found.values())

    def judge(what: str, wanted: str, value: float, limit: float, *, least: bool = False) -> None:
        hit = value >= limit if least else value <= limit
        verdict = "too small to judge" if quick else "hit" if hit else "**missed**"
        digits = 3 if abs(value / limit - 1.0) < 0.02 else 2 if value < 100 else 0
        rows.append((what, wanted, f"{value:,.{digits}f}", verdict))

    if "small" in found:
        cells = found["small"]["cells"]

        def ratio(network: str, one: str, other: str) -> float:
            return float(cells[f"{network}/{one}"]["seconds"] / cells[f"{network}/{other}"]["seconds"])

        for network in NETWORKS:
            where = f"({network})"
            for_one = "a process a person in SimPy, the same job / compiled"
            judge(
                f"{for_one} {where}",
                ">= 100",
                ratio(network, "PriorityResource", "compiled"),
                100,
                least=True,
            )
        for network in NETWORKS:
            judge(f"Ciw / compiled ({network})", ">= 50", ratio(network, "ciw", "compiled"), 50, least=True)
        plain = ratio("one station", "reference", "Resource")
        judge("reference / plain `simpy.Resource`, the same job, M/M/20", "<= 1.5", plain, 1.5)
    if "national" in found:
        cells = found["national"]["cells"]
        for how in ("", AT_HAND, FROM_HOST):
            what = f"one national replication, CPU s{how or AS_FOUND}"
            judge(what, "<= 1.0", cells["whole" + how]["seconds"], 1.0)
        judge("one national replication, peak MiB", "<= 400", cells["whole"]["peak"], 400)
        judge("forked / (history + scenarios x tail)", "<= 1.1", cells["forked"]["ratio"], 1.1)
        judge("cold compilation, s", "<= 120", cells["compilation"]["wall"], 120)
    if "growth" in found:
        cells = found["growth"]["cells"]
        for how in (FROM_HOST, AT_HAND):
            what = f"one national replication, CPU s{how}, beside more arrivals"
            judge(what, "<= 1.0", cells["x1" + how]["seconds"], 1.0)
        for large, small in ((FROM_HOST, FROM_HOST), (AT_HAND, AT_HAND), (FROM_HOST, JUST_AFTER)):
            grown = cells["x30" + large]["seconds"] / cells["x1" + small]["seconds"]
            what = large if large == small else f"{large}, beside x1{small}"
            judge(f"30 times the arrivals, CPU s{what}", "<= 40", grown, 40)
    if "runner" in found:
        cells = found["runner"]["cells"]
        judge("main job on two cores, s", "<= 90", cells["main job"]["wall"], 90)
        judge("two workers / one", ">= 1.8", _gain(cells), 1.8, least=True)
    return rows


TITLES: Final[dict[str, tuple[str, Callable[[Answers], Iterator[str]]]]] = {
    "small": ("A small network", small_tables),
    "national": ("One national replication, 2014 to the end of follow-up", national_tables),
    "growth": ("More arrivals", growth_tables),
    "runner": ("Workers", runner_tables),
}


def report(found: dict[str, Any]) -> str:
    """Everything that was measured, as Markdown: targets first."""
    lines = ["## Targets", "", *_table(("ratio or amount", "target", "measured", "verdict"), targets(found))]
    for name, (title, tables) in TITLES.items():
        if name in found:
            told = found[name]
            load = " and ".join(f"{value:.1f}" for value in told["load"])
            small = " A quick run on a small scale: not to be quoted." if told["quick"] else ""
            lines += [f"## {title}", ""]
            lines += [
                f"Measured {told['when']}, load {load} before and after; program {told['program']}.{small}"
            ]
            lines += [""]
            lines += list(tables(told["cells"]))
    return "\n".join(lines).rstrip() + "\n"


def took(began: float) -> str:
    """How long the measuring has gone on."""
    return f"{time.monotonic() - began:.0f} s"
