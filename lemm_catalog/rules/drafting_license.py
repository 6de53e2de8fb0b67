"""The license of a draft: declared where it is understood, claimed as it is said."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lemm_catalog.model.draft import Found, Remark
from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.model.reading import Reading
from lemm_catalog.model.source import remote_url
from lemm_catalog.rules.licensing import known_in, license_ids
from lemm_catalog.rules.verdicts import distinct
from lemm_catalog.rules.wording.reading import Reader

# What SPDX says where nobody says anything, or nothing that is understood.
UNSAID = "NOASSERTION"
# And where somebody says that there is no license.
NOTHING = "NONE"
_MOST_LICENSES = 10
_MOST_QUOTED = 300
_MOST_NAMED = 6


class _Meant(NamedTuple):
    """What a text means: an expression, if that is certain; what is not, and duties."""

    expression: str | None
    doubts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


def license_of(
    found: Found, title: str, day: str, facts: Mapping[str, LicenseFacts]
) -> tuple[dict[str, Any], list[Remark]]:
    """Return the license of a draft with the claim that bears it out, and remarks."""
    said = " / ".join(distinct(one for way in found.licenses for one in way))
    said = " ".join(said.split())[:_MOST_QUOTED]
    meant = _meant(found.licenses, facts)
    remarks = [Remark("license", text) for text in meant.doubts]
    expression = meant.expression or UNSAID
    license_: dict[str, Any] = {"expression": expression}
    if credit := _credit(found, title):
        license_["attribution"] = credit
    elif "attribution" in meant.requires:
        license_["attribution"] = title
        text = "the license asks for credit, and the source names nobody: say whom"
        remarks.append(Remark("license.attribution", text, "judge"))
    if not said:
        return license_, remarks
    url = _claimed_at(found)
    if not url:
        text = f'the source says "{said}", and no page that does: add license.claims'
        return license_, [*remarks, Remark("license", text)]
    claim: dict[str, Any] = {"expression": expression, "url": url, "seen": day}
    claim["note"] = f"says {said}"
    if meant.doubts or not found.read_at:
        claim["verified"] = False
        if not meant.doubts:
            text = f"taken from a copy; see what {url} says, and remove verified: false"
            remarks.append(Remark("license.claims", text, "judge"))
    return license_ | {"claims": [claim]}, remarks


def _meant(
    licenses: tuple[tuple[str, ...], ...], facts: Mapping[str, LicenseFacts]
) -> _Meant:
    """Return what all the licenses of a source mean together."""
    if not licenses:
        return _Meant(None, ("the source names none; find out, and say who says so",))
    if len(licenses) > _MOST_LICENSES:
        return _Meant(None, (f"the source names {len(licenses)} of them",))
    reader = Reader(facts)
    readings = [_one(ways, reader, facts) for ways in licenses]
    doubts = distinct(doubt for one in readings for doubt in one.doubts)
    expressions = distinct(one.expression for one in readings if one.expression)
    requires = distinct(duty for one in readings for duty in one.requires)
    if doubts:
        return _Meant(None, doubts, requires)
    expressions = _without_parts(expressions)
    if len(expressions) > 1:
        # All of them is the strictest that a list can mean.
        joined = " AND ".join(f"({e})" if " " in e else e for e in expressions)
        text = f"the source lists {', '.join(expressions)}: is it all, or a choice?"
        return _Meant(joined, (text,), requires)
    return _Meant(expressions[0], (), requires)


def _without_parts(expressions: tuple[str, ...]) -> tuple[str, ...]:
    """Return expressions without the licenses that one of them names with others."""
    within = {
        name
        for one in expressions
        if " " in one
        for name in license_ids(one) or ()
        if name != one
    }
    return tuple(one for one in expressions if one not in within)


def _one(
    ways: tuple[str, ...], reader: Reader, facts: Mapping[str, LicenseFacts]
) -> _Meant:
    """Return what one license means that is named in several ways."""
    if ways == (UNSAID,):
        return _Meant(None, ("the source does not say; find out, and say who says so",))
    if ways == (NOTHING,):
        return _Meant(NOTHING)
    clear: list[_Meant] = []
    doubts: list[str] = []
    readings = [reader.read(text) for text in ways]
    for text, reading in zip(ways, readings, strict=True):
        if reading.doubts or not reading.expression:
            told = "; ".join(reading.doubts) or "which license it is is not certain"
            doubts.append(f'"{text[:100]}": {told}')
        else:
            clear.append(_Meant(reading.expression, (), reading.requires))
    expressions = distinct(one.expression for one in clear if one.expression)
    if len(expressions) > 1:
        return _Meant(None, (f"it is named as {' and as '.join(expressions)}",))
    if not clear or any(_restricts(one, expressions[0], reader) for one in readings):
        return _Meant(None, tuple(doubts))
    unknown = _unknown(expressions[0], facts)
    if unknown:
        return _Meant(None, (f"no file in licenses/ knows {unknown}",))
    return clear[0]


def _restricts(reading: Reading, clear: str, reader: Reader) -> bool:
    """Whether what is not understood rules out what the clear name does not."""
    barred = {*reading.forbids, *(bar.permission for bar in reading.bars)}
    return bool(reading.doubts) and not barred <= set(reader.read(clear).forbids)


def _unknown(expression: str, facts: Mapping[str, LicenseFacts]) -> str:
    """Return the first license of an expression that the catalog does not know."""
    ids = license_ids(expression)
    if ids is None:
        return expression
    known = known_in(facts)
    for name in ids:
        folded = name.partition(" WITH ")[0].casefold()
        if folded not in known and folded.removesuffix("+") not in known:
            return name
    return ""


def _credit(found: Found, title: str) -> str:
    if found.credit:
        return " ".join(found.credit.split())[:1000]
    if not found.authors:
        return ""
    names = [" ".join(name.split())[:100] for name in found.authors[:_MOST_NAMED]]
    more = " and others" if len(found.authors) > _MOST_NAMED else ""
    return f"{title} by {'; '.join(names)}{more}"[:1000]


def _claimed_at(found: Found) -> str:
    """Return where it is said: what was read, or else the page that a copy names.

    Of a record it is the page for people, if it is at the same host: a document can
    name any page.
    """
    at_one_host = found.page.split("/")[:3] == found.read_at.split("/")[:3]
    is_page = not found.read_at or (found.is_record and at_one_host)
    for url in ((found.page,) if is_page else ()) + (found.read_at,):
        try:
            if url and len(url) <= 1000:
                return remote_url(url)
        except ValueError:
            continue
    return ""
