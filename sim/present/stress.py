"""The STRESS-DES section of a report: every item of the checklist, filled from the result and the code.

Lists, counts and settings are read from the stored configuration, the manifest and the program's own lists of
events, places and metrics, so that they cannot go stale; the sentences around them say how the model is made.

References
----------
Monks T, Currie CSM, Onggo BS, Robinson S, Kunc M, Taylor SJE (2019). Strengthening the reporting of empirical
simulation studies: introducing the STRESS guidelines. Journal of Simulation 13(1), 55-67, table for DES.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.present.levers import rule_in_words
from sim.present.names import CO_PRIMARY, metric_name
from sim.present.read import BASELINE, CENTRAL, Stored
from sim.present.words import listed


@dataclass(frozen=True)
class Item:
    """One item of the checklist: its number, its name there, and what this model has to say."""

    number: str
    title: str
    text: str


@dataclass(frozen=True)
class Part:
    """One section of the checklist."""

    number: str
    title: str
    items: tuple[Item, ...]


def checklist(stored: Stored) -> tuple[Part, ...]:
    """All six sections and twenty items of STRESS-DES for one stored result."""
    titles = (
        ("1", "Objectives", _objectives),
        ("2", "Logic", _logic),
        ("3", "Data", _data),
        ("4", "Experimentation", _experimentation),
        ("5", "Implementation", _implementation),
        ("6", "Code access", _access),
    )
    return tuple(
        Part(number, title, tuple(Item(f"{number}.{at}", *item) for at, item in items(stored)))
        for number, title, items in titles
    )


Items = Sequence[tuple[str, tuple[str, str]]]


def _objectives(stored: Stored) -> Items:
    families = Counter(
        str(family)
        for _, family in dict.fromkeys(
            zip(stored.outcomes["metric"].astype(str), stored.outcomes["family"].astype(str), strict=True)
        )
    )
    primary = [metric_name(name).title for name in stored.headline if name in CO_PRIMARY]
    others = [metric_name(name).title for name in stored.headline if name not in CO_PRIMARY]
    return (
        (
            "1",
            (
                "Purpose of the model",
                "To compare what options would change for survivors of modern slavery in England and Wales "
                "after a positive conclusive grounds decision: where they live, whether they keep a "
                "worker, whether they come back in crisis, who waits longer for it and who pays. It compares "
                "options under the same luck; it is no forecast and says nothing about one person.",
            ),
        ),
        (
            "2",
            (
                "Model outputs",
                f"Chosen beforehand: {listed(primary)}. Also told: {listed(others) or 'nothing else'}. "
                f"In all {sum(families.values())} metrics are stored: "
                + listed([f"{count} {family}" for family, count in families.items()])
                + ". Every one is worked out from the event log after the run; formulas stand in "
                "docs/outcomes.md.",
            ),
        ),
        (
            "3",
            (
                "Aims of experimentation",
                "Paired differences from today's rules of "
                f"{listed([story.title for story in stored.options])}; "
                + (
                    f"each repeated with {len(_band(stored))} dominant assumptions set low and high, one at "
                    "a time."
                    if _band(stored)
                    else "no assumption was varied."
                ),
            ),
        ),
    )


def _logic(stored: Stored) -> Items:
    from sim.engine.log import Event, Place
    from sim.outcomes.places import CATEGORY_WORDS

    services = sorted((stored.config.get("services") or {}).keys())
    named = listed([name.replace("_", " ") for name in services]) or "none in this result"
    changes = "; ".join(
        f"{story.title}: "
        + ", ".join(
            f"{rule_in_words(path)} from {before} to {after} [{path}]"
            for path, before, after in story.changes
        )
        for story in stored.options
        if story.changes
    )
    queues = (
        "Reasonable grounds and conclusive grounds desks (dated shares of slots take the newest or the "
        "oldest first), safehouse places, bridging homes, and one line for each service with limited places "
        f"({named}). People leave lines when their patience, support or stay in the country ends. A place is "
        "given out only when everything else due at the instant has happened; ties are settled by joining "
        "time and person. Homes are offered at published rates; a line for them is a structural variant."
    )
    return (
        (
            "1",
            (
                "Base model overview diagram",
                "Referred → reasonable grounds decision → support, and place and status followed → "
                "conclusive grounds decision → support ends → home found, council duty, friends, street or "
                "out of contact → possibly crisis, new exploitation, a new referral. In full: "
                "docs/pathway.md.",
            ),
        ),
        (
            "2",
            (
                "Base model logic",
                "Each survivor is one process; each decision, move, offer and loss is an event with its own "
                "named chance. Hazards spend an exponential threshold at the rate of the moment, so a lower "
                "rate never brings an event forward. Rule by rule, with the law behind it: docs/pathway.md.",
            ),
        ),
        ("3", ("Scenario logic", f"{changes or 'No option changes a rule'}. {_applies(stored)}")),
        (
            "4",
            (
                "Algorithms",
                "Next-event scheduling over a fixed set of clocks a person; keyed random numbers by inverse "
                "transform; heap waiting lines with lazy deletion; a fork of the simulated history at the "
                "policy date, "
                "so all options continue from the same state.",
            ),
        ),
        (
            "5.1",
            (
                "Components: entities",
                "Synthetic people referred into the National Referral Mechanism, adults and children, with "
                "sex, nationality, status, health need, dependants, exploitation and region. Adults in "
                "England and "
                "Wales are followed after the first decision.",
            ),
        ),
        (
            "5.2",
            (
                "Components: activities",
                f"{len(Event)} kinds of event ("
                + ", ".join(event.name.lower().replace("_", " ") for event in Event)
                + f") and {len(Place)} places, counted as "
                + listed(list(CATEGORY_WORDS.values()))
                + ".",
            ),
        ),
        (
            "5.3",
            (
                "Components: resources",
                "Decision slots a working day, safehouse places, workers' caseloads, places of each capped "
                "service and bridging homes; homes on offer by published rates. Each with dated capacity in "
                "the configuration.",
            ),
        ),
        ("5.4", ("Components: queues", queues)),
        (
            "5.5",
            (
                "Components: entry and exit points",
                "Entry: referral, by published quarterly counts. Exit: declined, negative or closed cases of "
                "people not followed, death, departure from the UK, or the horizon. Who is still in the "
                "system at the "
                "horizon is counted as such and never dropped.",
            ),
        ),
    )


def _data(stored: Stored) -> Items:
    from sim.config.evidence import register

    entries = [entry for entry in register().entries if entry.kind != "run"]
    trust = Counter(entry.confidence for entry in entries)
    titles = dict.fromkeys(source.title for entry in entries for source in entry.sources)
    return (
        (
            "1",
            (
                "Data sources",
                f"{len(titles)} publications, each named at the parameter that it supports "
                "(configs/evidence; cliffedge explain PATH). No record of any real person is used.",
            ),
        ),
        (
            "2",
            (
                "Pre-processing",
                "Published counts are copied with their table and page (configs/evidence/published); rates, "
                "shares "
                "and medians are turned into the model's units in the register, where the reckoning stands "
                "beside the value.",
            ),
        ),
        (
            "3",
            (
                "Input parameters",
                f"{len(entries)} entries of the register: "
                + listed([f"{count} {word}" for word, count in trust.most_common()])
                + ". Every value of this run is in config.yaml of the result.",
            ),
        ),
        (
            "4",
            (
                "Assumptions",
                f"{trust['assumed']} values are assumed, with a range and a reason; "
                f"{len(register().assumptions())} structural assumptions are numbered. All are listed above, "
                "under “What the answer rests on”.",
            ),
        ),
    )


def _experimentation(stored: Stored) -> Items:
    setting = stored.config.get("experiment") or {}
    policy = stored.config.get("policy") or {}
    runs = stored.manifest.get("runs", [])
    low = stored.comparison.replications
    return (
        (
            "1",
            (
                "Initialisation",
                "The model starts empty on 1 January 2014 and is filled by the published referrals up to the "
                f"policy date, {policy.get('start', 'not stored')}, so no warm-up is cut off. The history is "
                "simulated once for each replication and shared by all options.",
            ),
        ),
        (
            "2",
            (
                "Run length",
                f"To {setting.get('horizon', 'a horizon that was not stored')}. The cohort are adults with a "
                f"positive conclusive decision in {setting.get('cohort_months', 24)} months from the policy "
                f"date, each followed for {setting.get('follow_up_days', 730)} days.",
            ),
        ),
        (
            "3",
            (
                "Estimation approach",
                f"{low} paired {'replication' if low == 1 else 'replications'} with common random numbers by "
                "person and activity; 95% intervals of Student's t over replications"
                f"{'' if low > 1 else ' cannot be given with one replication'}. "
                f"{len(runs)} runs in all, assumption settings included. Intervals hold chance only, and "
                "stand apart "
                "from the range over assumptions.",
            ),
        ),
    )


def _implementation(stored: Stored) -> Items:
    manifest = stored.manifest
    engine = (stored.config.get("experiment") or {}).get("engine", "not stored")
    versions = listed([f"{name} {version}" for name, version in manifest["versions"].items()])
    seconds = (manifest.get("timings") or {}).get("seconds")
    took = f"{len(manifest.get('runs', []))} runs"
    if seconds is not None:
        took += f" took {seconds:,.0f} seconds"
    if manifest.get("workers"):
        took += f", {manifest['workers']} at a time"
    if manifest.get("peak_memory_mib"):
        took += f"; peak memory of a process {manifest['peak_memory_mib']:,.0f} MiB"
    if manifest.get("events"):
        took += f"; {manifest['events']:,} events"
    return (
        (
            "1",
            (
                "Software or programming language",
                f"{versions}. Two engines with the same rules, one in SimPy, to be read, and one compiled "
                f"with Numba; this result came from the {engine} one. Their event logs are compared to the "
                "last bit.",
            ),
        ),
        (
            "2",
            (
                "Random sampling",
                f"Seed {manifest['seed']}. Every number is a hash of seed, replication, person, activity, "
                "visit and "
                "occasion, turned into a value by inverse transform; nothing is drawn from a stream, so one "
                "more event changes nobody else's luck.",
            ),
        ),
        (
            "3",
            (
                "Model execution",
                "Event by event. Ties are heard in the order time, clock, person; places are given out when "
                "nothing more is due at the instant, downstream first.",
            ),
        ),
        (
            "4",
            (
                "System specification",
                f"{took}. The same command gives the same numbers on any number of processes.",
            ),
        ),
    )


def _access(stored: Stored) -> Items:
    manifest = stored.manifest
    return (
        (
            "1",
            (
                "Computer model sharing statement",
                f"The program is open (MIT licence). This result: {manifest['run_id']}, configuration "
                f"{manifest['config_hash']}, source {manifest['source_hash']}; the command that makes it "
                "again stands below.",
            ),
        ),
    )


def _band(stored: Stored) -> list[str]:
    """Entries of the assumption band for which something was measured."""
    worlds = (str(world) for world in stored.outcomes["world"].unique())
    return sorted({world.rpartition(":")[0] for world in worlds if ":" in world and world != CENTRAL})


def _applies(stored: Stored) -> str:
    applies = str((stored.config.get("policy") or {}).get("applies_to", ""))
    whom = f" (policy.applies_to: {applies})" if applies else ""
    return (
        f"All options start on the policy date and share everything before it{whom}. “{BASELINE}” is today's "
        "rules."
    )


def numbers(parts: Sequence[Part]) -> list[str]:
    """The numbers of all items, in order."""
    return [item.number for part in parts for item in part.items]


def as_plain(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The checklist as plain values, for a reader that is a program."""
    return [
        {"number": item.number, "part": part.title, "item": item.title, "text": item.text}
        for part in parts
        for item in part.items
    ]
