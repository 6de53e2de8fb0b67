"""What a list says of a dataset, what it keeps, and which datasets a search finds.

Laws of a sieve, each a test: it keeps lines and their order, and changes none; more
words for one field never keep less, one more field never keeps more.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import get_args

from lemm_catalog.model.entry import Dossier, Entry, Shelf
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.listing import Listed, Sieve
from lemm_catalog.model.verdict import Decision
from lemm_catalog.rules.items import item_of
from lemm_catalog.rules.selection import own_parts, unknown
from lemm_catalog.rules.standing import standing_of


def listed_of(entry: Entry, dossier: Dossier, item: Item, holding: Holding) -> Listed:
    """Return the line of a dataset."""
    standing = standing_of(item, holding, PurePath(entry.id))
    return Listed(
        id=entry.id,
        title=dossier.title,
        summary=dossier.summary,
        homepage=dossier.homepage,
        host=dossier.host,
        phase=entry.phase,
        status=entry.state,
        priority=item.priority,
        tasks=dossier.tasks,
        media=dossier.media,
        languages=dossier.languages,
        license=item.license,
        commercial=item.verdict.decision,
        reasons=item.verdict.reasons,
        download_bytes=sum(a.expected for a in item.artifacts),
        unpacked_bytes=sum(
            a.unpacked if a.unpack else a.expected for a in item.artifacts
        ),
        state=standing.state,
    )


def line_of_absent(entry: Entry, dossier: Dossier) -> Listed:
    """Return the line of a dataset of which nothing is here."""
    item = item_of(dossier, own_parts(entry))
    return listed_of(entry, dossier, item, Holding())


def mentions(dossier: Dossier, words: Sequence[str]) -> bool:
    """Whether all words occur in what a manifest says of its dataset."""
    return all(word.casefold() in dossier.words for word in words)


def sifted(listed: Sequence[Listed], sieve: Sieve, shelf: Shelf) -> tuple[Listed, ...]:
    """Return the lines that a sieve keeps.

    Raises:
        UsageError: if a word of it names nothing that any dataset of the catalog has.

    """
    # Lines are made faster than dossiers, where there are any.
    all_of: Iterable[Listed | Dossier] = shelf.lines.values() or shelf.dossiers.values()
    tasks = _checked(sieve.tasks, "task", lambda: _of(d.tasks for d in all_of))
    media = _checked(
        sieve.media,
        "media type",
        lambda: _of(map(_media_words, _of(d.media for d in all_of))),
    )
    languages = _checked(
        sieve.languages,
        "language",
        lambda: _of(_language_words(d.languages) for d in all_of),
    )
    phases = _checked(sieve.phases, "phase", lambda: shelf.ladder)
    verdicts = _checked(sieve.verdicts, "verdict", lambda: get_args(Decision))
    limit = sieve.max_bytes
    return tuple(
        one
        for one in listed
        if _fits(tasks, one.tasks)
        and _fits(media, _of(map(_media_words, one.media)))
        and _fits(languages, _language_words(one.languages))
        and _fits(phases, (one.phase,))
        and _fits(verdicts, (one.commercial,))
        and (limit is None or one.download_bytes <= limit)
    )


def _fits(words: frozenset[str], said: Iterable[str]) -> bool:
    return not words or not words.isdisjoint(map(str.casefold, said))


def _checked(
    words: Sequence[str], kind: str, known: Callable[[], Iterable[str]]
) -> frozenset[str]:
    """Return words without upper case, each of which is known."""
    if not words:
        return frozenset()  # what is known is gathered by need only
    names = {name.casefold(): name for name in known()}
    found = frozenset(word.replace("_", "-").casefold() for word in words)
    for word in words:
        if word.replace("_", "-").casefold() not in names:
            raise unknown(word, kind, sorted(names.values()))
    return found


def _of(several: Iterable[Iterable[str]]) -> dict[str, None]:
    return dict.fromkeys(one for each in several for one in each)


def _media_words(media: str) -> tuple[str, ...]:
    """Return what a media type answers to: ``audio/wav``, ``audio`` and ``wav``."""
    return media, *media.split("/")


def _language_words(tags: Sequence[str]) -> tuple[str, ...]:
    """Return what languages answer to: ``es-CL`` is ``es`` as well."""
    return (*tags, *(tag.partition("-")[0] for tag in tags))
