"""The model as an experiment sees it: people, their past, what follows, and what is measured of it.

`NationalModel` is the real thing and imports it late; a test may put another in its place. Nothing is run
or decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import SimError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from sim.config.schema import Parameters


class Past(Protocol):
    """A history that has been run to the day the policy starts."""

    @property
    def repeatable(self) -> bool:
        """Whether it can be continued many times; if not, once only, since that uses the state up."""
        ...

    def continue_with(self, after: Parameters) -> Any:
        """The whole event log under these rules.

        A past that also has ``continue_for(after, rows)`` is asked, where that is enough, for the events of
        these people only, and for how many events there are of everybody.
        """
        ...


class Measured(Protocol):
    """The outcomes of one run."""

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """One a metric and group: metric, group, value, unit, better, family."""
        ...

    @property
    def people(self) -> Mapping[str, NDArray[Any]]:
        """Columns of shape (n_cohort,)."""
        ...

    @property
    def curves(self) -> Mapping[str, tuple[NDArray[Any], Mapping[str, NDArray[Any]]]]:
        """For each curve its x, shape (n,), and for each category its values, shape (n,)."""
        ...

    @property
    def calendar(self) -> Sequence[Any]:
        """Rows of series, period, value."""
        ...

    @property
    def stations(self) -> Sequence[Mapping[str, Any]]:
        """One row a station beside theory (`sim.validate.twins.Twin`); empty without a calendar."""
        ...


class Model(Protocol):
    """What a worker needs; must survive pickling where processes are not forked."""

    def prepare(self, before: Parameters, tell: Callable[[str], None]) -> None:
        """Whatever is to be done once, before any worker starts; `tell` is told what takes a while."""
        ...

    def shares_past(self, before: Parameters) -> bool:
        """Whether one past serves every scenario without copying the process."""
        ...

    def people(self, before: Parameters, seed: int, replication: int) -> Any:
        """The synthetic population of one replication, the same for every scenario."""
        ...

    def count(self, people: Any) -> int:
        """How many there are."""
        ...

    def past(self, people: Any, before: Parameters, seed: int, replication: int) -> Past:
        """Today's rules up to the day the policy starts."""
        ...

    def whole(self, people: Any, before: Parameters, after: Parameters, seed: int, replication: int) -> Any:
        """The event log of a whole run, where a past cannot be shared."""
        ...

    def cohort(self, people: Any, baseline_log: Any, before: Parameters) -> Any:
        """The people who are followed, and from when, in every scenario of this replication."""
        ...

    def measure(
        self,
        people: Any,
        log: Any,
        cohort: Any,
        before: Parameters,
        calendar: bool = True,
        after: Parameters | None = None,
    ) -> Measured:
        """The outcomes of one log, with or without the series in calendar time; `after` if not `before`."""
        ...


def cohort_window(start: date, months: int) -> tuple[int, int]:
    """First day of the cohort's window and the first day after it, as day numbers.

    Examples
    --------
    >>> from datetime import date
    >>> cohort_window(date(2027, 4, 1), 24)
    (4838, 5569)
    """
    from sim.engine.clock import day_of

    years, month = divmod(start.month - 1 + months, 12)
    first_of_month = day_of(start.replace(year=start.year + years, month=month + 1, day=1))
    return day_of(start), first_of_month + start.day - 1


def end_of_follow_up(parameters: Parameters) -> date:
    """The first day after the last follow-up of anybody in the cohort: a run may end on it."""
    from math import ceil

    from sim.engine.clock import date_of

    experiment = parameters.experiment
    _, end = cohort_window(parameters.policy.start, experiment.cohort_months)
    return date_of(ceil(end + experiment.follow_up_days))


def check_follow_up(parameters: Parameters) -> None:
    """Refuse an experiment in which some of the cohort could not be followed to the end.

    Raises
    ------
    SimError
        If the horizon comes before the last possible day of follow-up.
    """
    from sim.engine.clock import date_of, day_of

    experiment = parameters.experiment
    _, end = cohort_window(parameters.policy.start, experiment.cohort_months)
    needed = end + experiment.follow_up_days
    if day_of(experiment.horizon) < needed:
        raise SimError(
            f"experiment.horizon = {experiment.horizon}: the last person of the cohort (policy.start "
            f"{parameters.policy.start}, experiment.cohort_months {experiment.cohort_months}) is followed "
            f"for experiment.follow_up_days {experiment.follow_up_days:g}, to {date_of(needed)}. Allowed: a "
            "horizon on or after that day, a shorter follow-up or fewer months; "
            f"nearest: experiment.horizon={date_of(needed)}"
        )


class NationalModel:
    """The real model: population, engine and outcomes of this package."""

    def prepare(self, before: Parameters, tell: Callable[[str], None]) -> None:
        """Have kernels and modules at hand: a forked worker then need not load them, each for itself."""
        import sim.outcomes.cohort
        import sim.outcomes.costs
        import sim.outcomes.homes
        import sim.outcomes.measure
        import sim.outcomes.recovery
        import sim.people.population  # noqa: F401

        if before.experiment.engine == "compiled":
            from sim.engine.compiled.cache import warm

            warm(tell)

    def shares_past(self, before: Parameters) -> bool:
        return before.experiment.engine == "compiled"

    def people(self, before: Parameters, seed: int, replication: int) -> Any:
        from sim.people.population import build

        return build(before.people, before.status, seed, replication, before.experiment.horizon)

    def count(self, people: Any) -> int:
        return len(people.id)

    def past(self, people: Any, before: Parameters, seed: int, replication: int) -> Past:
        if before.experiment.engine == "compiled":
            from sim.engine.compiled.run import CompiledHistory

            compiled = CompiledHistory(people, before, seed, replication)
            compiled.run_to_policy()
            return compiled
        from sim.engine.simulate import History

        history = History(people, before, seed, replication)
        history.run_to_policy()
        return history

    def whole(self, people: Any, before: Parameters, after: Parameters, seed: int, replication: int) -> Any:
        from sim.engine.simulate import simulate

        return simulate(people, before, after, seed, replication)

    def cohort(self, people: Any, baseline_log: Any, before: Parameters) -> Any:
        from sim.engine.clock import day_of
        from sim.engine.unpacking import rules_of
        from sim.outcomes.cohort import fix_cohort

        start, end = cohort_window(before.policy.start, before.experiment.cohort_months)
        lettings, horizon = rules_of(before).lettings, float(day_of(before.experiment.horizon))
        return fix_cohort(people, baseline_log, start, end, lettings, horizon)

    def measure(
        self,
        people: Any,
        log: Any,
        cohort: Any,
        before: Parameters,
        calendar: bool = True,
        after: Parameters | None = None,
    ) -> Measured:
        from sim.engine.clock import day_of
        from sim.engine.unpacking import rules_of
        from sim.outcomes.costs import prices_of
        from sim.outcomes.homes import supply_of
        from sim.outcomes.measure import measure
        from sim.outcomes.recovery import offers_of
        from sim.validate.twins import InForce

        rules = rules_of(after, before) if after is not None else rules_of(before)
        experiment = before.experiment
        measured: Measured = measure(
            people,
            log,
            cohort,
            day_of(experiment.horizon),
            experiment.follow_up_days,
            tuple(sorted(before.services)),
            calendar=calendar,
            prices=prices_of(before.costs, before.services),
            offers=offers_of(before.services),
            found_after=before.risk.away_min_days + before.risk.detection_mean_days,
            gain_days=experiment.gain_days,
            supply=supply_of(before.housing.supply),
            lettings=rules_of(before).lettings,
            in_force=InForce(rules, float(day_of(before.policy.start))),
        )
        return measured
