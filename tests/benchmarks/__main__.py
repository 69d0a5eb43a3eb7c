"""``python -m tests.benchmarks``: measure, print the tables, and with --write renew the page about them.

What has been measured is kept in ``results/benchmarks.json``, so that sections can be refreshed one by one on
a machine that is quiet; the page is made of all that is there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from tests.benchmarks import tables

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "results" / "benchmarks.json"
PAGE = ROOT / "docs" / "performance.md"

INTRODUCTION = """# Performance

What the two engines cost, beside each other and beside simulators that others have made. This page is
written by `python -m tests.benchmarks --write`; with `--only small`, `national`, `growth` or `runner` it
refreshes one section. `make bench` measures everything and prints the same tables. A section is meant to
take three quarters of an hour at most on a quiet machine with two cores: the reference is therefore forked
with a fifth of the arrivals, and compilation is measured once.

Every measurement has a process of its own: its CPU seconds, compilation and loading apart, and the peak
memory of the whole process, libraries included. Seconds are medians over the rounds that are stated; what the
machine was busy with at the time (load) is stated too. Trust the ratios rather than the seconds, and those
within one section only: this machine shares its processor's memory with others, and the same national run,
all its memory from the host, took it between 0.84 and 1.33 s within five hours, the reference between 56 and
74 s. A target in seconds may thus be hit in one hour and missed in the next, as x1 shows, which stands in two
sections.

An event is something that happens to a person: in the small network arrival, begin and end of each service,
or giving up; in the national model one line of the event log. Stock SimPy, a process a person, does the same
job there as our engines. It is handed the same people, their keys and classes made beforehand, draws gaps,
patience and service by key within the measured time, and writes down when everybody came, joined each line,
began and left; with its `PriorityResource` all of these are the same in all three, to the last bit (a test
sees to that). `Resource` knows no classes. The targets are judged on this job. What SimPy takes when all its
times were made beforehand, and it only writes down when service begins, stands beside it. Ciw makes its own
people and draws its own numbers, by Python's generator.

Every simulator has run the small network once when the clock starts, and the compiled engine a history and a
scenario before it is forked: a process that works on has no longer to ask the system for its memory. A small
network is run again until half a second has gone by, and its seconds are the median.

How many times faster the compiled engine is than SimPy depends on how long the lines are:
`PriorityResource` sorts its line at each request, our engines keep theirs in heaps. With thousands of people
waiting, as in the NRM, it is about three hundred times. Where nobody waits for long it is 110 to 135 times
for the same job, fewer on a busy machine, and 85 to 100 times against SimPy with times made beforehand. There
some 40 to 60 nanoseconds an event are left, most of them for alarms and for places in line. Draws are only a
twentieth of it: as chance is keyed, everybody's are made together in one loop, in which a processor works on
several at once.
"""


def main() -> None:
    """Measure what was asked for, print it, and write the page if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small version of everything, once, in a minute"
    )
    parser.add_argument("--only", nargs="+", choices=tables.SECTIONS, default=list(tables.SECTIONS))
    parser.add_argument("--write", action="store_true", help="write docs/performance.md; not with --quick")
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="at most so many rounds (default 5)"
    )
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error(f"--rounds {chosen.rounds}: allowed: 1 or more; nearest: 1")
    if chosen.quick and chosen.write:
        parser.error("--quick measures too little to be written down; leave out one of the two")
    began = time.monotonic()
    found = {}
    for name in chosen.only:
        found[name] = tables.measure(name, chosen.quick, chosen.rounds, say)
        found[name]["machine"] = tables.machine()
        if not chosen.quick:
            keep(name, found[name])
    print(tables.machine() + ".\n")
    print(tables.report(found))
    print(f"Measured in {tables.took(began)}.")
    if chosen.write:
        write()
        print(f"Written to {PAGE.relative_to(ROOT)}.")


def say(told: str) -> None:
    """Tell how far the measuring has come."""
    print(told, file=sys.stderr, flush=True)


def keep(name: str, section: dict[str, object]) -> None:
    """Keep a section beside the others; those of another machine are dropped."""
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept = {other: told for other, told in kept.items() if told["machine"] == section["machine"]}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({**kept, name: section}, indent=1), "utf-8")


def write() -> None:
    """The page, from everything that is kept."""
    kept = json.loads(KEPT.read_text("utf-8"))
    missing = [name for name in tables.SECTIONS if name not in kept]
    note = f"\nNot measured yet: {', '.join(missing)}.\n" if missing else ""
    where = f"\nMachine: {tables.machine()}.\n"
    PAGE.write_text(f"{INTRODUCTION}{where}{note}\n{tables.report(kept)}", "utf-8")


if __name__ == "__main__":
    main()
