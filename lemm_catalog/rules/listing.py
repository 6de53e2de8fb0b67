"""What a list says of a dataset, and which datasets a search finds."""

from collections.abc import Sequence
from pathlib import PurePath

from lemm_catalog.model.entry import Dossier, Entry
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.listing import Listed
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
        license=item.license,
        commercial=item.verdict.decision,
        reasons=item.verdict.reasons,
        download_bytes=sum(a.expected for a in item.artifacts),
        unpacked_bytes=sum(
            a.unpacked if a.unpack else a.expected for a in item.artifacts
        ),
        state=standing.state,
    )


def mentions(dossier: Dossier, words: Sequence[str]) -> bool:
    """Whether all words occur in what a manifest says of its dataset."""
    return all(word.casefold() in dossier.words for word in words)
