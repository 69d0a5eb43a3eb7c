"""Whom the player shows, and under which rules: chosen from a stored result that kept its events.

Reads the result and says what is wrong with a choice. Not here: the steps themselves (`player_data`) and the
page (`player`).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.engine.log import EventLog
    from sim.experiment.store import Result
    from sim.present.player_data import Steps

PEOPLE: Final = 20_000
MOST_PEOPLE: Final = 50_000
MOST_SCENARIOS: Final = 6
YEARS_BEFORE: Final = 2
"""How long before the policy starts the cohort can be watched; what was before, counts."""


@dataclass(frozen=True)
class Choice:
    """Whom and what to show.

    Attributes
    ----------
    people : int
        At most so many, from 1 to `MOST_PEOPLE`; of more, a sample that is always the same.
    first, last : date or None
        Show everybody first referred from `first` to `last`, both days included. None for both: the primary
        cohort (adults in England and Wales confirmed in the baseline after the policy starts).
    scenarios : tuple of str
        Names of the scenarios, besides the baseline; none: all, as far as `MOST_SCENARIOS` allow.
    """

    people: int = PEOPLE
    first: date | None = None
    last: date | None = None
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Show:
    """Everything the page is made from.

    Attributes
    ----------
    names, titles, whys : tuple of str
        Of the scenarios, the baseline first.
    steps : tuple of Steps
        What happens under each scenario to the same people.
    start, policy, horizon : int
        Day of tick 0, first day of the options, and the day after the last one shown [days from 1 January
        2014].
    since, opens : int
        The first day that can be gone to, and the day at which the player opens.
    who : str
        Who is shown, in a sentence; `of` is how many there were to choose from.
    services : tuple of str
        Names of the services beside and after support, in the order of their details in the log.
    made : dict of str
        What made the result.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    whys: tuple[str, ...]
    steps: tuple[Steps, ...]
    start: int
    policy: int
    horizon: int
    since: int
    opens: int
    who: str
    of: int
    services: tuple[str, ...]
    made: dict[str, str]

    @property
    def n_people(self) -> int:
        """Number of people shown in each lane."""
        return len(self.steps[0].begins) - 1


def prepare(result: Result, choice: Choice) -> Show:
    """Read what is to be shown from a result.

    Raises
    ------
    SimError
        As `sim.present.player.write`.
    """
    from sim.engine.clock import day_of
    from sim.experiment.plan import BASELINE
    from sim.present import player_data

    if not 1 <= choice.people <= MOST_PEOPLE:
        nearest = 1 if choice.people < 1 else MOST_PEOPLE
        raise SimError(f"--people {choice.people}; allowed: 1 to {MOST_PEOPLE}; nearest: {nearest}")
    if choice.first and choice.last and choice.first > choice.last:
        raise SimError(
            f"--from {choice.first} --to {choice.last}: the window ends before it begins; nearest: "
            f"--from {choice.last} --to {choice.first}"
        )
    names = _names(result, choice.scenarios)
    events = events_file(result)
    replication = min(int(run.get("replication", 0)) for run in result.manifest["runs"])
    baseline = read_log(events, BASELINE, replication)
    policy = day_of(_as_date(result.config["policy"]["start"]))
    if choice.first is None and choice.last is None:
        rows = _cohort(result, replication)
        who = (
            "Adults in England and Wales who, under today's rules, are confirmed as survivors in the months "
            f"after {spoken(result.config['policy']['start'])}"
        )
        since, opens = policy - YEARS_BEFORE * 365, policy
    else:
        first = choice.first or date(2014, 1, 1)
        last = choice.last or date(2100, 1, 1)
        rows = player_data.referred_between(baseline, day_of(first), day_of(last + timedelta(days=1)))
        who = f"Everybody first referred from {spoken(first)}" + (
            f" to {spoken(last)}" if choice.last else " on"
        )
        since = opens = day_of(first) if choice.first else int(baseline.time.min())
    if not len(rows):
        raise SimError(_nobody(result, choice, baseline))
    chosen = player_data.sample(rows, choice.people, int(result.manifest["seed"]), replication)
    start = player_data.first_day(baseline, chosen)
    steps = []
    for name in names:
        log = baseline if name == BASELINE else read_log(events, name, replication)
        steps.append(player_data.steps_of(log, chosen, start))
    horizon = result.config.get("experiment", {}).get("horizon")
    last_tick = max(int(each.tick.max()) for each in steps)
    end = day_of(_as_date(horizon)) if horizon else start + -(-last_tick // player_data.TICKS_A_DAY)
    about = {str(story["name"]): story for story in result.scenarios}
    return Show(
        names=tuple(names),
        titles=tuple(result.title_of(name) for name in names),
        whys=tuple(" ".join(about[name]["why"]) for name in names),
        steps=tuple(steps),
        start=start,
        policy=policy,
        horizon=end,
        since=min(max(since, start), end),
        opens=min(max(opens, start), end),
        who=who,
        of=len(rows),
        services=tuple(
            str(service.get("title", name))
            for name, service in sorted(result.config.get("services", {}).items())
        ),
        made={
            "run": str(result.manifest["run_id"]),
            "command": shlex.join(shlex.split(str(result.manifest["command"]))),
            "seed": str(result.manifest["seed"]),
            "replication": str(replication + 1),
        },
    )


def _names(result: Result, wanted: Sequence[str]) -> list[str]:
    """The scenarios shown, the baseline first."""
    from sim.experiment.plan import BASELINE

    for name in wanted:
        if name not in result.names:
            nearest = (get_close_matches(name, result.names, 1, 0.0) or result.names)[0]
            raise SimError(
                f"--scenario {name!r}; allowed in {result.path}: {', '.join(result.names)}; "
                f"nearest: {nearest}"
            )
    options = [name for name in dict.fromkeys(wanted or result.options) if name != BASELINE]
    if BASELINE not in result.names or not options:
        raise SimError(
            f"{result.path} with {', '.join(wanted or result.names)}: the player shows the same people under "
            "two rules, so it needs the baseline and an option; make a result with: cliffedge compare "
            "--events"
        )
    if len(options) >= MOST_SCENARIOS:
        if wanted:
            raise SimError(
                f"{len(options)} options given with --scenario; allowed: {MOST_SCENARIOS - 1} beside today's "
                f"rules; nearest: leave out {', '.join(options[MOST_SCENARIOS - 1 :])}"
            )
        options = options[: MOST_SCENARIOS - 1]
    return [BASELINE, *options]


def events_file(result: Result, so: str = "nobody's way can be played") -> Path:
    """The event logs of a result, or what cannot be done without and how to make a result that has them."""
    path = result.path / "events.parquet"
    if not path.exists():
        command = shlex.join(shlex.split(str(result.manifest["command"])))
        again = command if "--events" in command else f"{command} --events"
        raise SimError(f"{result.path} holds no events, so {so}. Make a result that keeps them with: {again}")
    result.verify(path.name)
    return path


def read_log(path: Path, scenario: str, replication: int) -> EventLog:
    """The event log of one run, codes put back for words."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from sim.engine.log import Event, EventLog, Place

    pieces: list[Any] = []
    try:
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            chosen = pc.and_(
                pc.equal(table["scenario"].cast(pa.string()), scenario),
                pc.equal(table["replication"], replication),
            )
            pieces.append(table.filter(chosen))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise SimError(f"{path} cannot be read ({str(error).strip() or type(error).__name__}).") from error
    table = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    if not table.num_rows:
        raise SimError(f"{path} holds no event of scenario {scenario!r}, replication {replication}.")

    def codes(column: str, kind: type[Event] | type[Place]) -> NDArray[np.uint8]:
        chunk = table[column].combine_chunks()
        chunk = chunk.chunk(0) if isinstance(chunk, pa.ChunkedArray) else chunk
        words = chunk.dictionary.to_pylist()
        of_word = np.array([int(kind[word.upper()]) for word in words], np.uint8)
        coded: NDArray[np.uint8] = of_word[chunk.indices.to_numpy()]
        return coded

    return EventLog(
        person=table["person"].to_numpy().astype(np.int32),
        visit=table["visit"].to_numpy().astype(np.int16),
        time=table["time"].to_numpy().astype(np.float64),
        event=codes("event", Event),
        place=codes("place", Place),
        detail=table["detail"].to_numpy().astype(np.int16),
    )


def _cohort(result: Result, replication: int) -> NDArray[np.int32]:
    """Rows of the primary cohort, ascending."""
    import numpy as np

    people = result.people
    chosen = (people["replication"] == replication) & (people["scenario"] == "baseline")
    return np.unique(people["row"].to_numpy()[chosen.to_numpy()]).astype(np.int32)


def _nobody(result: Result, choice: Choice, baseline: EventLog) -> str:
    from sim.engine.clock import date_of

    held = f"{date_of(float(baseline.time.min()))} to {date_of(float(baseline.time.max()))}"
    if choice.first is None and choice.last is None:
        return (
            f"{result.path}: the primary cohort is empty; choose people by referral with --from and --to "
            f"({held})"
        )
    asked = f"--from {choice.first or 'the start'} --to {choice.last or 'the end'}"
    return f"{asked}: nobody is referred in that window; allowed in {result.path}: days from {held}"


def a_date(option: str, text: str) -> date | None:
    """A date given on the command line, None for an empty text.

    Raises
    ------
    SimError
        If it is not a date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SimError(
            f"{option} {text!r}; allowed: a date as year-month-day; nearest example: {option} 2027-04-01"
        ) from None


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def spoken(value: Any) -> str:
    day = _as_date(value)
    return f"{day.day} {day:%B %Y}"
