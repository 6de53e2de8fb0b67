"""The terms of one part of a dataset, as its manifest states them, with the evidence.

The manifest has them as their author wrote them; here they are plain values, so that
what judges, credits or asks for consent needs no manifest.
"""

from typing import NamedTuple

from lemm_catalog.model.item_table import ItemTable


class Claimed(NamedTuple):
    """Who says which license holds, on which page, and the day it was seen there.

    ``verified`` is False for what was taken over from others and nobody has read.
    """

    expression: str
    url: str
    seen: str
    note: str | None = None
    verified: bool = True


class Consent(NamedTuple):
    """What a user must agree to, or fill in, before the data may be fetched."""

    terms: str
    url: str | None = None


class Terms(NamedTuple):
    """The license of a part, or of what belongs to none, and the evidence for it.

    ``claims`` are those about this part or about the whole dataset; ``items`` is the
    table that says more of each item.
    """

    part: str | None
    expression: str
    attribution: str | None = None
    claims: tuple[Claimed, ...] = ()
    note: str | None = None
    accept: Consent | None = None
    items: ItemTable | None = None
