"""What ``cliffedge list`` and ``cliffedge explain scenario`` print: who decides, and which rule changes.

Readers of the configuration only.
"""

from __future__ import annotations


def show_list() -> None:
    """Print every scenario under the name of who decides, and how to combine them."""
    from sim.config.stories import BASELINE, DECIDERS, available

    cards = available()
    widest = max(len(card.name) for card in cards)
    for decider in DECIDERS:
        decided = [card for card in cards if card.decider == decider and card.name != BASELINE]
        if decided:
            print(f"Decided by: {decider}")
        for card in decided:
            print(f"  {card.name:<{widest}}  {card.title}")
            if card.decided_by != decider:
                print(f"  {'':<{widest}}  ({card.decided_by})")
    (today,) = (card for card in cards if card.name == BASELINE)
    print(f"\nEach is compared with {BASELINE}: {today.title}")
    print("One option made of several: scenarios=[priority_need,local_connection_exempt]")
    print("More about one, and which rule it changes: cliffedge explain scenario NAME")


def explain_option(what: str) -> None:
    """Print why an option is asked for, who decides, and each rule that it changes, before and after.

    Raises
    ------
    SimError
        If a scenario is unknown, or two do not go together.
    """
    from sim.commands import _facts, value_in_words
    from sim.config.compose import scenario
    from sim.config.evidence import register
    from sim.config.lever_rules import rule_of

    option = scenario([what])
    print(f"{option.name}: {option.title}")
    _facts(
        *(("why", why) for why in option.why),
        *(("source", source.words()) for source in option.sources),
        ("decided by", "; ".join(dict.fromkeys(option.decided_by))),
        ("starts", f"{option.before.policy.start}: {option.reaches}"),
        ("file", ", ".join(str(file) for file in option.files)),
    )
    if not option.changes:
        print("It changes nothing.")
        return
    by_rule: dict[str, list[str]] = {}
    for path in option.changes:
        by_rule.setdefault(rule_of(path).words(), []).append(path)
    for rule, paths in by_rule.items():
        print(f"It changes: {rule}")
        for path in paths:
            (before, after), entry = option.changes[path], register().entry(path)
            _facts(
                (path, f"{value_in_words(before)} -> {value_in_words(after)} ({entry.unit})"),
                ("", entry.meaning),
                ("acts on", rule_of(path).acts),
                *(("today's source", source.words()) for source in entry.sources),
                *([("assumed", entry.assumed)] if entry.assumed else []),
            )
