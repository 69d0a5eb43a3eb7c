"""Places put into the categories of the outcomes, one list that is exhaustive and exclusive.

Insecure or none holds friends' sofas, the street and being out of contact. An unknown place is kept apart and
counted: nobody of the cohort should have one after the decision. Custody is a state outside the community.
A bridging home is interim: neither settled nor insecure.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType

import numpy as np

from sim.engine.log import Place


class Category(IntEnum):
    """Where a survivor lives, as outcomes tell it; in the order in which figures stack it."""

    SETTLED = 0
    SAFEHOUSE = 1
    COUNCIL_TEMPORARY = 2
    ASYLUM_ACCOMMODATION = 3
    INSECURE = 4
    UNKNOWN = 5
    CUSTODY = 6
    LEFT = 7
    BRIDGING = 8


CATEGORY_WORDS = MappingProxyType(
    {
        Category.SETTLED: "settled home",
        Category.SAFEHOUSE: "safehouse",
        Category.COUNCIL_TEMPORARY: "council temporary accommodation",
        Category.ASYLUM_ACCOMMODATION: "asylum accommodation",
        Category.INSECURE: "insecure or none",
        Category.UNKNOWN: "not known",
        Category.CUSTODY: "custody",
        Category.LEFT: "died or left the UK",
        Category.BRIDGING: "bridging home",
    }
)

_OF_PLACE = {
    Place.UNKNOWN: Category.UNKNOWN,
    Place.OWN_HOME: Category.SETTLED,
    Place.PRIVATE_HOME: Category.SETTLED,
    Place.SOCIAL_HOME: Category.SETTLED,
    Place.SAFEHOUSE: Category.SAFEHOUSE,
    Place.COUNCIL_TEMPORARY: Category.COUNCIL_TEMPORARY,
    Place.ASYLUM_ACCOMMODATION: Category.ASYLUM_ACCOMMODATION,
    Place.FRIENDS: Category.INSECURE,
    Place.STREET: Category.INSECURE,
    Place.OUT_OF_CONTACT: Category.INSECURE,
    Place.CUSTODY: Category.CUSTODY,
    Place.LEFT_MODEL: Category.LEFT,
    Place.BRIDGING_HOME: Category.BRIDGING,
}

CATEGORY_OF_PLACE = np.array([_OF_PLACE[place] for place in Place], dtype=np.uint8)
"""The category at each code of `Place`, shape (n_places,)."""
CATEGORY_OF_PLACE.setflags(write=False)

IN_COMMUNITY = np.array([c not in (Category.CUSTODY, Category.LEFT) for c in Category])
"""Whether a category is life in the community, shape (n_categories,)."""
IN_COMMUNITY.setflags(write=False)
