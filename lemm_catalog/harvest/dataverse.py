"""A dataset of a Dataverse."""

from typing import Any
from urllib.parse import quote

from lemm_catalog.harvest.base import Gathering, Source, parts_of
from lemm_catalog.harvest.values import (
    digest_of,
    listed,
    mapping,
    prose_of,
    tagged_digest,
    text_of,
    without_tags,
)
from lemm_catalog.model.draft import Found


def is_record(document: Any) -> bool:
    """Whether a document is a Dataverse's answer about a dataset."""
    return "latestVersion" in mapping(mapping(document).get("data"))


def read(document: Any, source: Source) -> Found:
    """Return what a Dataverse says."""
    data, gathering = mapping(mapping(document).get("data")), Gathering(source)
    version = mapping(data.get("latestVersion"))
    fields = _fields(version)
    parts = parts_of(source.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    for file in map(mapping, listed(version.get("files"))):
        _file(gathering, file, origin)
    license_, terms = version.get("license"), text_of(version.get("termsOfUse"))
    named = mapping(license_)
    said = tuple(filter(None, (text_of(named.get("name")), text_of(named.get("uri")))))
    said = said or tuple(filter(None, [text_of(license_) or terms]))
    doi = text_of(version.get("datasetPersistentId")).removeprefix("doi:")
    numbers = [text_of(version.get(f"version{n}Number")) for n in ("", "Minor")]
    return Found(
        title=text_of(fields.get("title")),
        description=without_tags(prose_of(_inner(fields, "dsDescription"))),
        page=text_of(data.get("persistentUrl")),
        read_at=source.url,
        is_record=True,
        version=".".join(filter(None, numbers)),
        year=text_of(data.get("publicationDate"))[:4],
        publisher=text_of(data.get("publisher")),
        doi=doi,
        authors=tuple(_inner(fields, "author", "authorName")),
        licenses=(said,) if said else (),
        keywords=tuple(_inner(fields, "keyword", "keywordValue")),
        files=tuple(gathering.files),
        remarks=tuple(gathering.remarks),
    )


def _file(gathering: Gathering, file: Any, origin: str) -> None:
    data = mapping(file.get("dataFile"))
    folder = text_of(file.get("directoryLabel"))
    name = text_of(file.get("label")) or text_of(data.get("filename"))
    path = f"{folder}/{name}" if folder else name
    number = quote(text_of(data.get("id")), safe="")
    url = f"{origin}/api/access/datafile/{number}" if number else ""
    if file.get("restricted") is True:
        gathering.doubt(f"files ({path})", "left out: access to it is restricted")
        return
    checksum = mapping(data.get("checksum"))
    if checksum:
        said = f"{text_of(checksum.get('type'))}:{text_of(checksum.get('value'))}"
        digest = tagged_digest(said)
    else:
        digest = digest_of("md5", data.get("md5"))
    size = data.get("filesize")
    if data.get("originalFileFormat"):
        # A table is kept in two forms; which of them size and checksum are of is
        # not the same in all versions of the software.
        text = "is a converted table; its size and checksum are not relied on"
        gathering.doubt(f"files ({path})", text)
        digest, size = (None, ""), None
    gathering.file(path, url, size, [digest])


def _fields(version: Any) -> dict[str, Any]:
    citation = mapping(mapping(version.get("metadataBlocks")).get("citation"))
    fields = map(mapping, listed(citation.get("fields")))
    return {text_of(field.get("typeName")): field.get("value") for field in fields}


def _inner(
    fields: dict[str, Any], name: str, key: str = "dsDescriptionValue"
) -> list[str]:
    found = (mapping(one).get(key) for one in listed(fields.get(name)))
    return list(filter(None, (text_of(mapping(one).get("value")) for one in found)))
