"""What no schema can say of license facts: each word has one meaning.

A policy believes these files, so one that contradicts itself, or two that claim the
same spelling, are told when they are read and not when a verdict surprises.
"""

from collections.abc import Iterator, Mapping

from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.rules.finding import Finding, near


def facts_findings(facts: LicenseFacts) -> Iterator[Finding]:
    """Give what is wrong with one file of license facts."""
    for word in sorted(facts.permits & facts.forbids):
        yield Finding(
            key=("forbids",),
            code="contradiction",
            message=f"{word} stands under permits and under forbids",
            hint="leave it out of both if the text does not settle it",
        )
    bases = {*facts.ids, *facts.ports}
    for id_ in facts.texts:
        if id_ not in bases:
            yield _not_an_id(("texts", id_), id_, facts)
    spelled = facts.spelled
    if isinstance(spelled, dict):
        for id_ in spelled:
            if id_ not in facts.ids:
                yield _not_an_id(("aliases", id_), id_, facts)
    elif spelled and len(facts.ids) > 1:
        yield Finding(
            key=("aliases",),
            code="ambiguous-alias",
            message="a list of aliases does not say which of the ids they spell",
            hint=f"write aliases: {{{facts.ids[0]}: [...]}}",
        )
    yield from _spelled_once(facts)
    for index, tag in enumerate(facts.tagged):
        if tag.casefold() not in facts.spellings:
            yield Finding(
                key=("hub", index),
                code="unknown-alias",
                message=f"{tag!r} is no id, alias or name of this file",
                hint="add it to aliases, or to names if it tells no version",
            )


def claimed_twice(licenses: Mapping[str, LicenseFacts]) -> Iterator[tuple[str, str]]:
    """Give each file that claims what an earlier one claims, and a sentence on it."""
    owners: dict[str, str] = {}
    for name, facts in licenses.items():
        claims = {owners.setdefault(each, name): each for each in facts.spellings}
        for other, spelling in claims.items():
            if other != name:  # one of them is enough; an id, if there is one
                yield name, f"{spelling!r} is claimed by {other}.yaml as well"


def _spelled_once(facts: LicenseFacts) -> Iterator[Finding]:
    """Give the spellings that would stand for two things within one file."""
    seen: dict[str, str | None] = {id_.casefold(): id_ for id_ in facts.ids}
    listed = facts.spelled if isinstance(facts.spelled, dict) else {}
    pairs = [(alias, id_) for id_, aliases in listed.items() for alias in aliases]
    for spelling, id_ in (*pairs, *((name, None) for name in facts.names)):
        other = seen.setdefault(spelling.casefold(), id_)
        if other != id_:
            yield Finding(
                key=("names",) if id_ is None else ("aliases", id_),
                code="ambiguous-alias",
                message=f"{spelling!r} stands for {other or 'the family'} as well",
                hint="what tells no version belongs under names only",
            )


def _not_an_id(key: tuple[str, str], id_: str, facts: LicenseFacts) -> Finding:
    return Finding(
        key=key,
        code="unknown-license",
        message=f"{id_!r} is not among the ids of this file",
        hint=near(id_, facts.ids),
    )
