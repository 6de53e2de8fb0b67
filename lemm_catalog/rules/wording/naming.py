"""The names of licenses as values: how two of them agree, and what they mean in SPDX.

Laws: a version is never invented, so a license named without one has no expression
unless there is only one version; two names of one license make the more exact one,
two of different licenses make none.
"""

import re
from typing import NamedTuple

from lemm_catalog.rules.wording.spdx import spelled
from lemm_catalog.rules.wording.tongues import PLACES

_ORDER = ("by", "nc", "nd", "sa")
VERSIONS = frozenset({"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"})
# Before version 2.0 attribution was an element to choose; "by" is in all others.
_EVERY = frozenset(
    {"by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa"},
)
_FIRST = _EVERY | {"nc", "nc-nd", "nc-sa", "nd", "sa", "nd-nc"}


class Commons(NamedTuple):
    """A Creative Commons license; no elements where only the family is named."""

    elements: frozenset[str] = frozenset()
    version: str | None = None
    place: str | None = None

    @property
    def family(self) -> str:
        """The name without version, such as ``CC-BY-NC``."""
        return "-".join(["CC", *(e.upper() for e in _ORDER if e in self.elements)])

    @property
    def exists(self) -> bool:
        """Whether there is such a license, as far as it is named."""
        name = "-".join(e for e in _ORDER if e in self.elements)
        first = self.version == "1.0"
        placed = self.place is None or self.version not in {None, "1.0", "4.0"}
        igo = self.place != "igo" or self.version == "3.0"
        two_one = self.version != "2.1" or self.place is not None
        return name in (_FIRST if first else _EVERY) and placed and igo and two_one

    @property
    def id(self) -> str | None:
        """The SPDX id, or a reference of the same make where SPDX has none."""
        if self.version is None or not self.exists:
            return None
        parts = [self.family, self.version, *([self.place] if self.place else [])]
        name = "-".join(parts)
        return spelled(name) or f"LicenseRef-{name[:2]}{name[2:].upper()}"

    def ported(self) -> "Commons":
        """Return the license that this one is a port of; itself if it is none."""
        return self._replace(place=None)


class Known(NamedTuple):
    """Another license, by the ids it may mean: one, or several versions of it."""

    ids: tuple[str, ...]
    words: str

    @property
    def id(self) -> str | None:
        """The id, if it is clear which one is meant."""
        return self.ids[0] if len(self.ids) == 1 else None


class Domain(NamedTuple):
    """A statement that something is in the public domain."""

    id: str | None


Name = Commons | Known | Domain
_COMMONS_ID = re.compile(
    r"(?:licenseref-)?cc-(?P<elements>(?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa))*)"
    r"-(?P<version>\d\.\d)(?:-(?P<place>[a-z]+))?"
)


def name_of_id(id_: str) -> Name:
    """Return what an SPDX id names."""
    match = _COMMONS_ID.fullmatch(id_.casefold())
    if not match:
        return Known((id_,), id_)
    elements = frozenset(match["elements"].split("-"))
    name = Commons(elements, match["version"], match["place"])
    is_one = (name.id or "").casefold() == id_.casefold()
    return name if is_one and name.place in {None, *PLACES} else Known((id_,), id_)


# Dedications and marks that "public domain" may be said of as well.
_FREE = frozenset({"CC0-1.0", "CC-PDM-1.0", "CC-PDDC", "PDDL-1.0", "Unlicense"})


def agreed(one: Name, other: Name) -> Name | None:
    """Return the more exact of two names of the same license; None if they differ."""
    if isinstance(one, Commons) and isinstance(other, Commons):
        return _agreed_commons(one, other)
    for name, second in ((one, other), (other, one)):
        if isinstance(name, Domain):
            same = isinstance(second, Domain) or second.id in _FREE
            return second if same else None
        if isinstance(name, Commons) and isinstance(second, Known):
            # "Creative Commons CC0": the family, then the member.
            vague = not name.elements and name.version in {None, "1.0"}
            ours = (second.id or "").startswith("CC") and not name.place
            return second if vague and ours and second.id in _FREE else None
    if isinstance(one, Known) and isinstance(other, Known):
        both = tuple(id_ for id_ in one.ids if id_ in other.ids)
        return one._replace(ids=both) if both else None
    return None


def _agreed_commons(one: Commons, other: Commons) -> Commons | None:
    named = sorted(filter(None, {one.elements, other.elements}), key=len)
    # "CC NC-SA 3.0" beside its full name: all but the first versions have BY.
    if len(named) > 1 and named[0] | {"by"} != named[1]:
        return None
    versions = {found for found in (one.version, other.version) if found}
    places = {found for found in (one.place, other.place) if found}
    if len(versions) > 1 or len(places) > 1:
        return None
    return Commons(
        named[-1] if named else frozenset(),
        min(versions, default=None),
        min(places, default=None),
    )
