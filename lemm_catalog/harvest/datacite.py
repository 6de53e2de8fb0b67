"""What DataCite knows of a DOI: much of the dataset, and mostly none of its files."""

from typing import Any

from lemm_catalog.harvest.base import Gathering, Source
from lemm_catalog.harvest.values import (
    listed,
    mapping,
    prose_of,
    text_of,
    texts_of,
    url_of,
    without_tags,
)
from lemm_catalog.model.draft import Found


def is_record(document: Any) -> bool:
    """Whether a document is DataCite's answer about one DOI."""
    return "attributes" in mapping(mapping(document).get("data"))


def read(document: Any, source: Source) -> Found:
    """Return what DataCite says."""
    attributes = mapping(mapping(mapping(document).get("data")).get("attributes"))
    gathering = Gathering(source)
    for url in texts_of(attributes.get("contentUrl")):
        gathering.file("", url, None, [])
    doi = text_of(attributes.get("doi"))
    return Found(
        title=text_of(
            [mapping(t).get("title") for t in listed(attributes.get("titles"))]
        ),
        description=_description(attributes),
        page=url_of(attributes.get("url")) or (doi and f"https://doi.org/{doi}"),
        read_at=source.url,
        version=text_of(attributes.get("version")),
        year=text_of(attributes.get("publicationYear")),
        publisher=text_of(attributes.get("publisher")),
        doi=doi,
        authors=tuple(
            filter(
                None,
                (
                    text_of(mapping(c).get("name"))
                    for c in listed(attributes.get("creators"))
                ),
            )
        ),
        licenses=_licenses(attributes),
        languages=texts_of(attributes.get("language")),
        keywords=texts_of(
            [mapping(s).get("subject") for s in listed(attributes.get("subjects"))]
        ),
        files=tuple(gathering.files),
        remarks=tuple(gathering.remarks),
    )


def _description(attributes: Any) -> str:
    found = [
        mapping(one).get("description")
        for one in listed(attributes.get("descriptions"))
    ]
    return without_tags(prose_of(found))


def _licenses(attributes: Any) -> tuple[tuple[str, ...], ...]:
    found = []
    for one in map(mapping, listed(attributes.get("rightsList"))):
        keys = ("rightsIdentifier", "rightsUri", "rights")
        said = tuple(filter(None, (text_of(one.get(key)) for key in keys)))
        # "Open Access" says who may read, and names no license.
        is_access = said and all(
            "openaccess" in s.lower().replace(" ", "") for s in said
        )
        if said and not is_access and not any("info:eu-repo" in s for s in said):
            found.append(said)
    return tuple(found)
