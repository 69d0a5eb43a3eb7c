"""One measurement in a process of its own: ``python -m tests.benchmarks.cells NAME '{"argument": ...}'``.

Each cell answers with one line of JSON: CPU seconds of what it is about, what it handled, and the peak memory
of its whole process. Kernels are loaded from the cache before the clock starts. Which cells there are to be,
and how often, is said in `tables.py`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from statistics import median
from typing import Any, Final

SEED: Final = 20260401
_SERIES: Final = ((10, 12), 9.0, (1.0, 1.2))
NETWORKS: Final[dict[str, tuple[Any, ...]]] = {
    "one station": ((20,), 18.0, (1.0,), inf, (1.0,), 0),
    "in series": (*_SERIES, 20.0, (0.2, 0.3, 0.5), 0),
    "with backlog": (*_SERIES, 200.0, (0.2, 0.3, 0.5), 5_000),
}
"""The arguments of `small_network.Network`."""
AT_LEAST: Final = 0.5
"""CPU seconds of runs of a small network, of which the median is told."""


def cpu() -> float:
    """CPU seconds of this process so far."""
    return time.process_time()


def peak_mib(who: int = resource.RUSAGE_SELF) -> float:
    """Peak resident memory [MiB]."""
    peak = resource.getrusage(who).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


# ---------------------------------------------------------------------------------------------- compilation
def compilation() -> dict[str, Any]:
    """Every kernel, compiled into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLIFFEDGE_CACHE_DIR"] = folder
        from sim.engine.compiled.cache import warm

        began, wall = cpu(), time.perf_counter()
        warm()
        return {"seconds": cpu() - began, "wall": time.perf_counter() - wall}


def ready() -> dict[str, Any]:
    """Have every kernel in the cache, those of the small network too; what is measured, by its hashes."""
    from sim.config.compose import baseline
    from sim.config.identity import config_hash, source_hash
    from sim.engine.compiled.cache import warm
    from tests.small_network import Network, compiled

    warm()
    compiled(Network(*NETWORKS["with backlog"]), 10)
    return {"program": f"{source_hash()}, configuration {config_hash(baseline())}"}


# -------------------------------------------------------------------------------------------- small network
def small(network: str, simulator: str, n_people: int) -> dict[str, Any]:
    """The small network in one simulator, which has run it once before the clock starts.

    Keys and classes of the people are made before; drawing by key is measured where a simulator does it. The
    median of as many runs as take `AT_LEAST`, since one alone may take a few thousandths of a second.
    """
    from tests.small_network import Network, compiled, luck, reference

    net = Network(*NETWORKS[network])
    luck(net, n_people, SEED)
    began = cpu()
    people = luck(net, n_people, SEED)
    people_seconds = cpu() - began
    run: Callable[[], Any]
    if simulator == "compiled":
        run = partial(compiled, net, n_people, SEED, on_sheets=True, people=people)
    elif simulator == "reference":
        run = partial(reference, net, n_people, SEED, people=people)
    elif simulator == "ciw":
        from tests.other_simulators import ciw_records

        run = partial(ciw_records, net, n_people, SEED)
    else:
        import simpy

        from tests.other_simulators import simpy_processes, simpy_processes_with_times_given, times

        name, _, given = simulator.partition(", ")
        if given:
            made = times(net, n_people, SEED)
            run = partial(simpy_processes_with_times_given, net, made, getattr(simpy, name))
        else:
            run = partial(simpy_processes, net, people, getattr(simpy, name))
    run()
    seconds: list[float] = []
    while sum(seconds) < AT_LEAST:
        began = cpu()
        found = run()
        seconds.append(cpu() - began)
    events = None
    if simulator == "compiled":
        served = int((found.begun < inf).sum())
        events = n_people + 2 * served + int((found.begun[0] == inf).sum())
    return {
        "seconds": median(seconds),
        "people": n_people,
        "people_seconds": people_seconds,
        "events": events,
    }


# ------------------------------------------------------------------------------------------- national model
def _options(factor: float, count: int) -> tuple[Any, list[Any]]:
    """Rules before the policy, and after it in the baseline and so many options."""
    from sim.config.compose import baseline, scenario
    from tests.small_world import scaled

    today = baseline()
    names = ["baseline", *today.experiment.options][:count]
    before = today if factor == 1 else scaled(today, factor)
    afters = [scenario(name.split("+")).after for name in names]
    return before, [after if factor == 1 else scaled(after, factor) for after in afters]


def _people(before: Any) -> tuple[Any, float]:
    from sim.people.population import build

    began = cpu()
    people = build(before.people, before.status, SEED, 0, before.experiment.horizon)
    return people, cpu() - began


def _load(engine: str) -> Any:
    """The class of an engine's history, with its kernels at hand."""
    if engine == "compiled":
        from sim.engine.compiled.cache import warm
        from sim.engine.compiled.run import CompiledHistory

        warm()
        return CompiledHistory
    from sim.engine.simulate import History

    return History


def _without_log() -> None:
    """Let a compiled run end without the log put in order: events are written, but nobody is given them."""
    from sim.engine.compiled import run

    run._finish = lambda *_: None  # type: ignore[assignment, return-value]


def national(
    engine: str,
    factor: float = 1,
    log: bool = True,
    measure: bool = False,
    before_it: int = 0,
    pause: float = 0.0,
) -> dict[str, Any]:
    """One whole national replication, 2014 to the end of follow-up, under today's rules.

    The same replication is made so many times before it: with `tables.KEEPING_MEMORY`, its memory is then at
    hand. Or so many seconds are waited for: after `tables.PAUSE`, all of its memory comes from the host.
    """
    before, (after,) = _options(factor, 1)
    history_of = _load(engine)
    if engine == "compiled" and not log:
        _without_log()
    people, people_seconds = _people(before)
    for _ in range(before_it):
        history = history_of(people, before, SEED, 0)
        history.run_to_policy()
        found = history.continue_with(after, last=True)
        del history, found
    time.sleep(pause)
    began, system = cpu(), os.times().system
    history = history_of(people, before, SEED, 0)
    history.run_to_policy()
    to_policy = cpu() - began
    found = history.continue_with(after, last=True) if engine == "compiled" else history.continue_with(after)
    seconds = cpu() - began
    answer = {
        "seconds": seconds,
        "system": os.times().system - system,
        "history": to_policy,
        "people_seconds": people_seconds,
        "people": len(people),
        "events": None if found is None else len(found),
    }
    if measure:
        from sim.experiment.machinery import NationalModel

        model = NationalModel()
        began = cpu()
        model.measure(people, found, model.cohort(people, found, before), before, calendar=False)
        answer["seconds"] = seconds + cpu() - began
    return answer


def forked(engine: str, factor: float = 1, count: int = 5) -> dict[str, Any]:
    """Some options from one history, and each of them whole, in one process.

    The reference is continued in child processes, and only its baseline is run whole: `whole` is then
    that run, so many times, and `tails` its tail.
    """
    before, afters = _options(factor, count)
    history_of = _load(engine)
    people, _ = _people(before)
    if engine == "compiled":  # touch everything once, as a worker has done after its first replication
        history = history_of(people, before, SEED, 0)
        history.run_to_policy()
        history.continue_with(afters[0])
        del history
    began = cpu()
    history = history_of(people, before, SEED, 0)
    history.run_to_policy()
    histories = [cpu() - began]
    if engine == "compiled":
        for after in afters:
            history.continue_with(after)
        seconds = cpu() - began
    else:
        seconds = histories[0] + sum(_in_child(history, after) for after in afters)
    del history
    tails = []
    for after in afters if engine == "compiled" else afters[:1]:
        began = cpu()
        whole = history_of(people, before, SEED, 0)
        whole.run_to_policy()
        middle = cpu()
        if engine == "compiled":
            whole.continue_with(after, last=True)
        else:
            whole.continue_with(after)
        histories.append(middle - began)
        tails.append(cpu() - middle)
        del whole
    times = len(afters) / len(tails)
    history_seconds = sorted(histories)[len(histories) // 2]
    return {
        "seconds": seconds,
        "history": history_seconds,
        "tails": sum(tails) * times,
        "whole": (sum(histories[1:]) + sum(tails)) * times,
        "ratio": seconds / (history_seconds + sum(tails) * times),
        "count": count,
        "people": len(people),
    }


def _in_child(history: Any, after: Any) -> float:
    """CPU seconds that a copy of this process takes to continue a history."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            history.continue_with(after)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError("a continuation failed")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


# ------------------------------------------------------------------------------------------------ the runner
def runner(workers: int, replications: int, band: int, overrides: tuple[str, ...] = ()) -> dict[str, Any]:
    """An experiment through the runner: baseline and every option, stored as `cliffedge compare` does."""
    from sim.experiment import plan, runner, store
    from sim.experiment.machinery import NationalModel

    _load("compiled")
    made = plan.of_compare(
        (
            "experiment.engine=compiled",
            f"experiment.workers={workers}",
            f"experiment.replications={replications}",
            f"experiment.band_replications={band}",
            *overrides,
        ),
        (),
    )
    with tempfile.TemporaryDirectory() as folder:
        began, wall = cpu(), time.perf_counter()
        path = runner.run(made, NationalModel(), Path(folder))
        wall, own = time.perf_counter() - wall, cpu() - began
        manifest = store.load(path).manifest
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": own + children.ru_utime + children.ru_stime,
        "wall": wall,
        "runs": made.runs,
        "events": sum(run["events"] for run in manifest["runs"]),
        "people": sum(run["survivors"] for run in manifest["runs"]),
        "peak": peak_mib(resource.RUSAGE_CHILDREN),
    }


CELLS: Final = {one.__name__: one for one in (compilation, ready, small, national, forked, runner)}


def main() -> None:
    """Carry out the cell that is named and print its answer."""
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    answer = {**CELLS[name](**arguments)}
    answer.setdefault("peak", peak_mib())
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
