"""What a list says of a dataset, and which datasets a search finds."""

from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import urlsplit

from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.model.source import Source
from lemm_catalog.rules.standing import standing_of


def listed_of(manifest: Manifest, item: Item, holding: Holding) -> Listed:
    """Return the line of a dataset."""
    standing = standing_of(item, holding, PurePath(manifest.id))
    return Listed(
        id=manifest.id,
        title=manifest.title,
        summary=manifest.summary,
        homepage=manifest.homepage,
        host=_host(manifest.files[0].source[0]),
        phase=manifest.phase,
        status=manifest.status.state,
        priority=item.priority,
        tasks=manifest.tasks,
        license=item.license,
        commercial=item.verdict.decision,
        reasons=item.verdict.reasons,
        download_bytes=sum(a.expected for a in item.artifacts),
        unpacked_bytes=sum(
            a.unpacked if a.unpack else a.expected for a in item.artifacts
        ),
        state=standing.state,
    )


def mentions(manifest: Manifest, words: Sequence[str]) -> bool:
    """Whether all words occur in what a manifest says of its dataset."""
    text = " ".join(
        [
            *(manifest.id, manifest.title, manifest.summary, manifest.layout or ""),
            *manifest.tasks,
            *manifest.languages,
            *manifest.format.media,
            *manifest.notes,
            *manifest.parts,
            manifest.license.expression,
        ]
    ).casefold()
    return all(word.casefold() in text for word in words)


def _host(source: Source) -> str:
    if source.url:
        parts = urlsplit(source.url)
        return "huggingface.co" if parts.scheme == "hf" else parts.hostname or ""
    return "by hand" if source.is_manual else "the catalog"
