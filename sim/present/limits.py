"""What this version does not model, told on every page. A list of sentences and nothing else.

The long form, with the reason for each item, is ``docs/not_modelled.md``; a test keeps the two in step.
"""

from __future__ import annotations

from typing import Final

NOT_MODELLED: Final[tuple[tuple[str, str], ...]] = (
    (
        "A queue of everybody in need of a home",
        "In the primary analysis time to an offer is drawn from published rates; each home gained by a "
        "survivor is, unless more are supplied, one that another household waits for. A line for social "
        "homes with other households can be set, in which those who wait longer are told; its households are "
        "alike, and private homes and temporary accommodation are no lines.",
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
        "Detention and custody after the first decision",
        "Some survivors are in custody when life in the community begins and are released later. Detention "
        "or prison that begins afterwards can be set, with a range; no figure is published, so nobody is "
        "detained later unless somebody sets it.",
    ),
    (
        "Children's panels",
        "In some areas local panels decide children's cases. Here children wait at the same desks as adults.",
    ),
    (
        "Care Act help, and help for people with no recourse to public funds",
        "Councils house and pay some people who have no right to homelessness assistance. Those people "
        "appear here with an insecure place or in asylum accommodation.",
    ),
    (
        "Costs of homes, benefits and setting up",
        "Rents, housing benefit and other benefits and prices that change with scale are left out, and costs "
        "of setting up a service stand apart; most unit costs are assumed, so costs compare options and are "
        "no budget.",
    ),
    (
        "Two core outcomes of recovery, and well-being",
        "Five of the seven core outcomes are computed from where people are and whom they meet. "
        "Compassionate, trauma-informed services and finding purpose are not modelled, nor what insecure "
        "days do to a person.",
    ),
    (
        "What services change in people",
        "Twelve services are followed: who is offered them, waits, is kept out or refused, and is reached. "
        "What being reached does for health, work or status has no published estimate and is set to no "
        "effect.",
    ),
    (
        "Quality of support",
        "Poor standards of accommodation and support are not modelled: no figure was found.",
    ),
    (
        "Mechanisms for which no figure exists",
        "Emergency support before reasonable grounds, criminal cases that hold a decision, asylum claims "
        "made after referral, and losses at a hand-over can be set, with a range. None has a published "
        "figure, so none has an effect unless somebody sets it.",
    ),
    (
        "Councils one by one",
        "Regions are told apart in housing, most of them by values for London and for everywhere else, and "
        "Wales by its own law with England's success rates: practice differs between councils, and no figure "
        "for survivors says by how much.",
    ),
)
"""Pairs (what, why and what it means for the reader)."""
