"""The terms of one part of a dataset, as its manifest states them, with the evidence.

The manifest has them as their author wrote them; here they are plain values, so that
what judges, credits or asks for consent needs no manifest.
"""

from typing import Literal, NamedTuple

from lemm_catalog.model.item_table import ItemTable
from lemm_catalog.model.verdict import Duty

# How consent is given: with the command or by a program, or in the environment.
How = Literal["flag", "environment"]


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


class Named(NamedTuple):
    """A license that an expression names: where its text is, and what it asks for.

    What the catalog knows nothing of has neither title nor URL nor duties.
    """

    id: str
    title: str | None = None
    url: str | None = None
    duties: tuple[Duty, ...] = ()


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


class Demand(NamedTuple):
    """Terms that must be agreed to, by naming one of the ``ids``; the first is shown.

    ``said`` is the id that was named, and ``how``; None until somebody did.
    """

    terms: str
    url: str | None
    ids: tuple[str, ...]
    said: str | None = None
    how: How | None = None
