"""Spells, unions and overlays, for stories by hand and for any log that Hypothesis can think of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.log import Event, Place
from sim.outcomes.cliff_edge import exposure, long_insecure, places_by_day, worker_by_day
from sim.outcomes.places import CATEGORY_OF_PLACE, Category
from sim.outcomes.re_presentation import HARM, KINDS, RECORDED, returns
from sim.outcomes.spells import Spells, label_at, overlay, place_spells, relabelled, story_of, union
from tests.outcome_logs import D, E, P, followed, log_of

REAL = settings(max_examples=80, deadline=None)


def test_a_story_holds_the_chosen_people_only_and_those_without_events():
    log = log_of([(1, E.REFERRED)], [(2, E.REFERRED), (3, E.RG_NEGATIVE)], [], [(4, E.REFERRED)])
    story = story_of(log, np.array([1, 2, 3], np.int32))
    assert story.who.tolist() == [0, 0, 2]
    assert story.time.tolist() == [2.0, 3.0, 4.0]


def test_a_place_lasts_until_the_next_move_and_the_last_to_the_horizon():
    log = log_of([(1, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (2, E.CRISIS), (5, E.MOVED, P.STREET)])
    spells = place_spells(story_of(log, np.array([0], np.int32)), 9.0)
    told = [(Place(w).name, s, e) for w, s, e in zip(spells.label, spells.start, spells.end, strict=True)]
    assert told == [("FRIENDS", 1.0, 5.0), ("STREET", 5.0, 9.0)]
    merged = relabelled(spells, CATEGORY_OF_PLACE)
    assert (merged.start.tolist(), merged.end.tolist()) == ([1.0], [9.0])


def test_a_union_joins_what_touches_and_keeps_people_apart():
    joined = union(2, np.array([1, 0, 0, 0]), np.array([2.0, 5.0, 0.0, 3.0]), np.array([4.0, 6.0, 3.0, 4.0]))
    assert joined.who.tolist() == [0, 0, 1]
    assert joined.start.tolist() == [0.0, 5.0, 2.0]
    assert joined.end.tolist() == [4.0, 6.0, 4.0]


def test_a_long_spell_swallows_short_ones_that_start_in_it():
    joined = union(1, np.zeros(3, np.int64), np.array([0.0, 1.0, 8.0]), np.array([10.0, 2.0, 9.0]))
    assert (joined.start.tolist(), joined.end.tolist()) == ([0.0], [10.0])


def test_a_state_is_read_at_its_first_instant_and_no_longer_at_its_last():
    spells = union(2, np.array([0]), np.array([3.0]), np.array([5.0]))
    who, when = np.array([0, 0, 0, 1, 0]), np.array([5.0, 3.0, 2.9, 4.0, np.inf])
    assert label_at(spells, who, when, -1).tolist() == [-1, 1, -1, -1, -1]


def test_an_overlay_cuts_where_the_other_begins_and_ends():
    spells = union(1, np.array([0]), np.array([0.0]), np.array([10.0]))
    other = union(1, np.array([0]), np.array([4.0]), np.array([12.0]))
    pieces, inside = overlay(spells, other)
    assert (pieces.start.tolist(), pieces.end.tolist(), inside.tolist()) == ([0, 4], [4, 10], [False, True])


SPANS = st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 9))


def spread(spans):
    """Disjoint spells of four people, some of them without any, labelled by their number."""
    who, start, length = (np.array(column, np.int64) for column in zip(*spans, strict=True))
    made = union(4, who, start.astype(float), (start + length).astype(float))
    return Spells(4, made.who, made.start, made.end, np.arange(len(made.who)))


@REAL
@given(st.lists(SPANS, min_size=1, max_size=14), st.lists(SPANS, min_size=1, max_size=14))
def test_labels_and_overlays_agree_with_asking_every_spell_in_turn(own, other):
    spells, cuts = spread(own), spread(other)

    def inside(some, person, when):
        (found,) = np.nonzero((some.who == person) & (some.start <= when) & (when < some.end))
        return int(found[0]) if len(found) else -1

    instants = np.arange(-1.0, 51.0, 0.5)
    for person in range(4):
        labels = label_at(spells, np.full(len(instants), person), instants, -1)
        assert labels.tolist() == [inside(spells, person, when) for when in instants]
    pieces, covered = overlay(spells, cuts)
    assert np.all(pieces.start < pieces.end)
    assert pieces.days() == pytest.approx(spells.days())
    for who, start, end, label, flag in zip(
        pieces.who, pieces.start, pieces.end, pieces.label, covered, strict=True
    ):
        for when in np.arange(start, end, 0.5):
            assert inside(spells, who, when) == label
            assert (inside(cuts, who, when) >= 0) == flag


DAYS = st.one_of(st.integers(-8 * 60, 8 * 90), st.integers(-8 * 100, 8 * 800)).map(
    lambda eighths: eighths / 8
)
HAPPENINGS = st.tuples(
    DAYS,
    st.sampled_from([E.MOVED, E.CONTACT_STARTED, E.CONTACT_ENDED, E.RE_EXPLOITED, E.WENT_MISSING, E.CRISIS]),
    st.sampled_from([p for p in Place if p is not Place.LEFT_MODEL]),
    st.sampled_from([D.VICTIM_CARE, D.CASELOAD]),
)
LIVES = st.lists(st.lists(HAPPENINGS, max_size=12), min_size=1, max_size=5)


def told(lives, leaves):
    """Lives in order of time, each from before t0 on, the first ending in death where `leaves` is a day."""
    stories = []
    for number, life in enumerate(lives):
        story = [(-200.0, E.COMMUNITY_LIFE_BEGINS, P.OWN_HOME), *sorted(life, key=lambda event: event[0])]
        if number == 0 and leaves is not None:
            story = [event for event in story if event[0] < leaves] + [(leaves, E.DIED, P.LEFT_MODEL)]
        stories.append(story)
    return followed(*stories)


@REAL
@given(LIVES, st.none() | DAYS)
def test_days_by_category_add_up_to_the_window_for_everybody(lives, leaves):
    world = told(lives, leaves)
    for low in (world.t0, world.t0 + 365):
        days = exposure(world, low, low + 365)
        assert days.by_category.sum(axis=0).tolist() == [365.0] * len(lives)
        assert np.all(days.without_worker >= 0)
        assert np.all(days.without_worker <= days.by_category)


@settings(max_examples=40, deadline=None)
@given(LIVES, st.none() | DAYS)
def test_days_agree_with_a_slow_walk_through_every_eighth_of_a_day(lives, leaves):
    world = told(lives, leaves)
    days = exposure(world, world.t0, world.t0 + 90)
    story = world.story
    for person in range(len(lives)):
        own = np.flatnonzero(story.who == person)
        insecure = uncovered = 0
        for tick in np.arange(0, 90, 0.125):
            past = own[story.time[own] <= tick]
            if CATEGORY_OF_PLACE[story.place[past[-1]]] != Category.INSECURE:
                continue
            insecure += 1
            contact = False
            for provider in (D.VICTIM_CARE, D.CASELOAD):
                kinds = (Event.CONTACT_STARTED, Event.CONTACT_ENDED)
                line = [k for k in past if story.event[k] in kinds and story.detail[k] == provider]
                on = bool(line) and story.event[line[-1]] == Event.CONTACT_STARTED
                lately = any(
                    story.event[k] == Event.CONTACT_ENDED and tick < story.time[k] + 28 for k in line
                )
                contact = contact or on or lately
            uncovered += not contact
        assert days.insecure[person] == insecure / 8
        assert days.insecure_no_worker[person] == uncovered / 8


@REAL
@given(LIVES, st.none() | DAYS)
def test_everybody_is_somewhere_and_someone_on_every_day(lives, leaves):
    world = told(lives, leaves)
    assert np.all(places_by_day(world, 730).sum(axis=0) == len(lives))
    assert np.all(worker_by_day(world, 730).sum(axis=0) == len(lives))


@REAL
@given(LIVES, st.none() | DAYS)
def test_incidence_never_falls_and_no_kind_exceeds_the_whole(lives, leaves):
    found = returns(told(lives, leaves))
    days = np.arange(731.0)
    for kinds in (HARM, RECORDED):
        whole = found.incidence(kinds).at(days)
        assert np.all(np.diff(whole) >= 0)
        assert np.all(whole <= 1 + 1e-12)
        for kind in kinds:
            assert np.all(found.incidence((kind,)).at(days) <= whole + 1e-12)
    assert all(np.all(found.day[kind] >= 0) and np.all(found.day[kind] < 730) for kind in KINDS)


@REAL
@given(LIVES, st.none() | DAYS)
def test_a_long_insecure_spell_needs_28_insecure_days(lives, leaves):
    world = told(lives, leaves)
    flagged = long_insecure(world, world.t0, world.t0 + 730)
    assert np.all(exposure(world, world.t0, world.t0 + 730).insecure[flagged] >= 28)


def test_the_people_of_a_group_are_measured_as_if_they_were_alone():
    lives = [
        [(-1, E.COMMUNITY_LIFE_BEGINS, P.OWN_HOME), (10 * k, E.WENT_MISSING, P.OUT_OF_CONTACT)]
        for k in range(1, 7)
    ]
    members = np.array([True, False, False, True, True, False])
    everybody = returns(followed(*lives))
    alone = returns(followed(*[life for life, chosen in zip(lives, members, strict=True) if chosen]))
    days = np.arange(100.0)
    part = everybody.outcome(HARM).incidence(members)
    assert part.at(days) == pytest.approx(alone.incidence(HARM).at(days))
    assert everybody.first(HARM)[members].tolist() == alone.first(HARM).tolist() == [10.0, 40.0, 50.0]
