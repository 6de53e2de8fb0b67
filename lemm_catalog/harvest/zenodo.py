"""A record of Zenodo, or of another repository that answers in the same form."""

from typing import Any

from lemm_catalog.harvest.base import Gathering, Source
from lemm_catalog.harvest.values import (
    listed,
    mapping,
    prose_of,
    tagged_digest,
    text_of,
    texts_of,
    url_of,
    without_tags,
)
from lemm_catalog.model.draft import Found


def is_record(document: Any) -> bool:
    """Whether a document has the form of a record."""
    record = mapping(document)
    return "metadata" in record and "links" in record and "id" in record


def read(document: Any, source: Source) -> Found:
    """Return what a record says."""
    record, gathering = mapping(document), Gathering(source)
    metadata, links = mapping(record.get("metadata")), mapping(record.get("links"))
    for file in map(mapping, _files(record)):
        own = mapping(file.get("links"))
        url = url_of(own.get("self")) or url_of(own.get("content"))
        name = text_of(file.get("key")) or text_of(file.get("filename"))
        digest = tagged_digest(file["checksum"]) if file.get("checksum") else (None, "")
        size = file.get("size", file.get("filesize"))
        gathering.file(name, url or url_of(own.get("download")), size, [digest])
    access = text_of(metadata.get("access_right"))
    if access not in {"", "open"}:
        gathering.doubt("files", f"the record's access is {access}, not open")
    return Found(
        title=text_of(metadata.get("title")) or text_of(record.get("title")),
        description=without_tags(prose_of(metadata.get("description"))),
        page=url_of(links.get("self_html")) or url_of(links.get("html")),
        read_at=source.url,
        is_record=True,
        version=text_of(metadata.get("version")),
        year=text_of(metadata.get("publication_date"))[:4],
        publisher="Zenodo" if "zenodo.org" in url_of(links.get("self")) else "",
        doi=text_of(record.get("doi")) or text_of(metadata.get("doi")),
        authors=_authors(metadata),
        licenses=_licenses(metadata),
        keywords=texts_of(metadata.get("keywords")),
        languages=texts_of(metadata.get("language")),
        files=tuple(gathering.files),
        remarks=tuple(gathering.remarks),
    )


def _files(record: Any) -> list[Any]:
    files = record.get("files")
    entries = mapping(mapping(files).get("entries"))
    if entries:
        return list(entries.values())
    return files if isinstance(files, list) else []


def _authors(metadata: Any) -> tuple[str, ...]:
    found = []
    for one in map(mapping, listed(metadata.get("creators"))):
        person = mapping(one.get("person_or_org"))
        found.append(text_of(one.get("name")) or text_of(person.get("name")))
    return tuple(filter(None, found))


def _licenses(metadata: Any) -> tuple[tuple[str, ...], ...]:
    found = []
    for one in [*listed(metadata.get("license")), *listed(metadata.get("rights"))]:
        inner = mapping(one)
        said = [text_of(inner.get("id"))] if inner.get("id") else [text_of(one)]
        found.append(tuple(filter(None, said)))
    return tuple(filter(None, found))
