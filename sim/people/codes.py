"""The codes by which traits are stored, and their words for readers.

Append only: stored results are read by these numbers, and the age group is part of every survivor's id.
Not here: how often each occurs (`configs/people`), and how it is drawn (`traits.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Self


class Code(IntEnum):
    """A whole number with a word for readers, `label`."""

    label: str

    def __new__(cls, code: int, label: str = "") -> Self:
        """Keep the label beside the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Group(Code):
    """Age group at exploitation, or an adult who declined to be referred."""

    ADULT = 0, "adult"
    CHILD = 1, "child"
    UNKNOWN = 2, "age unknown"
    DECLINED = 3, "adult who declined referral"


class Nationality(Code):
    """Nationality group."""

    UK = 0, "UK"
    EU = 1, "EU"
    OTHER = 2, "other"


class Responder(Code):
    """The first responder who made the referral."""

    GOVERNMENT = 0, "government agency"
    LOCAL_AUTHORITY = 1, "local authority"
    POLICE = 2, "police"
    NGO = 3, "charity"


class Exploitation(Code):
    """What the survivor was subjected to, as recorded at referral."""

    CRIMINAL = 0, "criminal"
    LABOUR = 1, "labour"
    SEXUAL = 2, "sexual"
    DOMESTIC = 3, "domestic servitude"
    MULTIPLE = 4, "more than one"
    UNKNOWN = 5, "not recorded"


class Region(Code):
    """The English region, or the other nation, of referral."""

    NORTH_EAST = 0, "North East"
    NORTH_WEST = 1, "North West"
    YORKSHIRE = 2, "Yorkshire and the Humber"
    EAST_MIDLANDS = 3, "East Midlands"
    WEST_MIDLANDS = 4, "West Midlands"
    EAST = 5, "East of England"
    LONDON = 6, "London"
    SOUTH_EAST = 7, "South East"
    SOUTH_WEST = 8, "South West"
    WALES = 9, "Wales"
    SCOTLAND = 10, "Scotland"
    NORTHERN_IRELAND = 11, "Northern Ireland"


ENGLISH_REGIONS: tuple[Region, ...] = tuple(Region)[: Region.WALES]


class ImmigrationStatus(Code):
    """Immigration status at referral."""

    BRITISH = 0, "British"
    EU_SETTLED = 1, "EU settled status"
    LEAVE = 2, "leave to remain"
    ASYLUM_PENDING = 3, "asylum claim pending"
    NO_STATUS = 4, "no status"
    EU_PRE_SETTLED = 5, "EU pre-settled status, no right to reside"


CODES: Mapping[str, type[Code]] = MappingProxyType(
    {
        "group": Group,
        "nationality": Nationality,
        "responder": Responder,
        "exploitation": Exploitation,
        "region": Region,
        "status": ImmigrationStatus,
    }
)
"""The codes of each coded column of `Population`."""

LABELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {column: tuple(code.label for code in codes) for column, codes in CODES.items()}
)
"""Words for readers, by column of `Population` and then by code."""
