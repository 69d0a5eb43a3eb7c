"""What this version does not model, told on every page. A list of sentences and nothing else.

The long form, with the reason for each item, is ``docs/not_modelled.md``; a test keeps the two in step.
"""

from __future__ import annotations

from typing import Final

NOT_MODELLED: Final[tuple[tuple[str, str], ...]] = (
    (
        "Homes as a queue shared with other households",
        "Time to an offer is drawn from published rates. Unless more homes are supplied, each home gained "
        "by a survivor is a home that another household waits for: that displacement is not shown here.",
    ),
    (
        "Wales's own homelessness law",
        "People in Wales meet England's rules in this version; the Welsh Acts of 2014 and 2026 are not in "
        "it.",
    ),
    (
        "Scotland and Northern Ireland after the decision",
        "Referrals and decisions are for the whole United Kingdom; support, housing and services are "
        "followed in England and Wales only.",
    ),
    (
        "Children's care",
        "Children pass through the same decision queues; their care by local authorities is not followed. "
        "Those in England and Wales who turn 18 on the way go on as adults.",
    ),
    (
        "Effects of place and of a named worker on harm",
        "No published estimate exists, so they are set to no effect. Differences in harm come only from "
        "rules that change where people are.",
    ),
    (
        "Criminal cases, and support before the first decision",
        "A criminal case that holds up a decision, and emergency support before reasonable grounds, are not "
        "in this version.",
    ),
    (
        "Costs, and who pays them",
        "No costs are shown in this version.",
    ),
    (
        "Recovery, health and well-being",
        "Exposure to days without a secure place or a worker is measured. What those days do to a person is "
        "not.",
    ),
    (
        "Most services beside and after the NRM",
        "LifeLine and Reach-In are in the model; talking therapy, legal advice, work, English classes and "
        "others are not yet, nor are barriers such as missing interpreters, childcare and travel costs.",
    ),
    (
        "Quality of support",
        "Having to retell one's story, loss at a handover between providers, poor standards and digital "
        "exclusion are not modelled: no figure was found for any of them.",
    ),
    (
        "Councils one by one",
        "London and the rest of England and Wales are told apart in housing, and nothing finer: practice "
        "differs between councils, and no figure for survivors says by how much.",
    ),
)
"""Pairs (what, why and what it means for the reader)."""
