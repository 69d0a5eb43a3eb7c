"""What a validation runs: the reconstruction, two blind projections, the traces, and two dated options.

Worlds are told apart by name and never mixed: ``central`` is the reconstruction with dated inputs to 2025;
``blind_2022`` and ``blind_2019`` hold what was known on that day and a small set of futures;
``frozen:<group>`` gives one group of later inputs back to the middle future of 2022. The pilots and the
precedent of domestic abuse are options of the past and have worlds of their own. Planning runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.plan import (
    BASELINE,
    CENTRAL,
    Plan,
    Story,
    Unit,
    World,
    alike,
    runs_of,
    short_hash,
    story_of,
)

if TYPE_CHECKING:
    from sim.config.schema import Parameters

CUTS: Final[dict[str, date]] = {"blind_2022": date(2022, 12, 31), "blind_2019": date(2019, 12, 31)}
TRACED: Final = "blind_2022"
MIDDLE: Final = (0.5, 0.5)
NOTHING: Final = "frozen:nothing"
PILOTS: Final = "pilots"
PRECEDENT: Final = "precedent"
_OPTIONS: Final = {
    PILOTS: ("la_pathway", "2018-04-01", "2020-04-01"),
    PRECEDENT: ("domestic_abuse_precedent", "2021-07-01", "2026-01-01"),
}
HORIZON: Final = "2026-01-01"
_LAST_DAY: Final = "2025-12-31"


def of_validate(overrides: Sequence[str], replications: int, traces: int) -> Plan:
    """The plan of ``cliffedge validate``.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``; neither ``policy.start`` nor ``experiment.horizon``, which the record fixes.
    replications : int
        Runs of the reconstruction and of each option, and members of each blind projection.
    traces : int
        Runs of each trace.

    Raises
    ------
    SimError
        If the configuration is mistaken, or the numbers are.
    """
    import shlex

    from sim.config.compose import baseline, scenario
    from sim.config.identity import config_hash, source_hash, to_yaml
    from sim.errors import SimError
    from sim.validate.known import known_on
    from sim.validate.outlook import outlook, place
    from sim.validate.trace import GROUPS, given_back

    if replications < 2 or traces < 1:
        raise SimError(
            f"--replications {replications}, traces {traces}; allowed: 2 or more (an interval needs two "
            f"runs), and 1 or more; nearest: --replications {max(replications, 2)}"
        )
    taken = [one for one in overrides if one.lstrip("+").startswith(("policy.start=", "experiment.horizon="))]
    if taken:
        raise SimError(f"{taken[0]}: a validation fixes it (the record ends on {_LAST_DAY}); leave it out")
    # no further than the record: nothing of the assumption band or of the options is run
    fixed = ["experiment.options=[]", "experiment.band_replications=0", "experiment.coupling_replications=0"]
    given = (*overrides, *fixed)
    asked = baseline((*given, f"policy.start={_LAST_DAY}", f"experiment.horizon={HORIZON}"))
    actual = alike(asked)
    made = _Maker(seed=actual.experiment.seed, sources=source_hash())
    made.add(
        World(CENTRAL, title="Reconstruction with dated inputs to 2025"), [(None, actual)] * replications
    )
    for name, day in CUTS.items():
        known = known_on(actual, day)
        members = [(None, outlook(known, day, place(member))) for member in range(replications)]
        title = f"Blind projection: what was known on {day}"
        made.add(World(name, title=title, settings=_differences(actual, members[0][1])), members)
    middle = outlook(known_on(actual, CUTS[TRACED]), CUTS[TRACED], MIDDLE)
    made.add(World(NOTHING, title="The middle future, nothing given back"), [(None, middle)] * traces)
    for group in GROUPS:
        back = given_back(middle, actual, [group.name])
        made.add(World(f"frozen:{group.name}", group.name, title=group.title), [(None, back)] * traces)
    told = []
    for name, (option, start, horizon) in _OPTIONS.items():
        one = scenario([option], (*given, f"policy.start={start}", f"experiment.horizon={horizon}"))
        told.append(one)
        before, after = alike(one.before), alike(one.after)
        made.add(World(name, title=one.title), [((option, after), before)] * replications)
    return Plan(
        run_id=short_hash("validate", config_hash(actual), made.sources, made.seed, replications, traces),
        title="The model against the published record",
        command=shlex.join(["cliffedge", "validate", *overrides, "--replications", str(replications)]),
        seed=made.seed,
        config_hash=config_hash(actual),
        source_hash=made.sources,
        config_yaml=to_yaml(actual),
        stories=(Story(BASELINE, ("Today's rules",)), *map(story_of, told)),
        worlds=tuple(made.worlds),
        units=tuple(made.units),
        workers=asked.experiment.workers,
    )


class _Maker:
    """Gathers worlds and units, and addresses every run."""

    def __init__(self, seed: int, sources: str) -> None:
        self.seed, self.sources = seed, sources
        self.worlds: list[World] = []
        self.units: list[Unit] = []

    def add(self, world: World, runs: Sequence[tuple[tuple[str, Parameters] | None, Parameters]]) -> None:
        """One unit a replication: the baseline, and an option beside it where there is one."""
        from sim.config.identity import config_hash

        self.worlds.append(world)
        for replication, (option, before) in enumerate(runs):
            named = [(BASELINE, before), *([option] if option else [])]
            hashes = [config_hash(before), *(config_hash(after) for _, after in named)]
            keyed = runs_of(world.name, replication, named, hashes, "validate", self.sources, self.seed)
            self.units.append(Unit(world.name, replication, self.seed, before, keyed))


def _differences(actual: Parameters, blind: Parameters) -> dict[str, Any]:
    """Every value in which a blind world differs, so that the result says what it was given."""
    from sim.config.tree import leaves

    here = dict(leaves(actual))
    return {path: value for path, value in leaves(blind) if value != here[path]}
