"""A Frictionless data package (``datapackage.json``)."""

import re
from typing import Any

from lemm_catalog.harvest.base import Gathering, Opened, Source, name_of
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
    """Whether a document has the form of a data package."""
    return "resources" in mapping(document)


def read(document: Any, source: Source) -> Found:
    """Return what a data package says."""
    package, gathering = mapping(document), Gathering(source)
    for resource in map(mapping, listed(package.get("resources"))):
        _resource(gathering, resource)
    return Found(
        title=text_of(package.get("title")),
        name=text_of(package.get("name")),
        description=without_tags(prose_of(package.get("description"))),
        page=url_of(package.get("homepage")),
        read_at=source.url,
        version=text_of(package.get("version")),
        year=text_of(package.get("created"))[:4],
        doi=_doi(text_of(package.get("id"))),
        authors=_authors(package),
        credit=text_of(package.get("attribution")),
        licenses=_expression(package) or _licenses(package),
        citation=prose_of(package.get("citation")),
        languages=texts_of(package.get("languages")),
        keywords=texts_of(package.get("keywords")),
        files=tuple(gathering.files),
        remarks=tuple(gathering.remarks),
    )


def _resource(gathering: Gathering, resource: Any) -> None:
    name = text_of(resource.get("name")) or text_of(resource.get("title"))
    where = f"files ({name})"
    said = resource.get("path", resource.get("url"))
    paths = texts_of(said)
    if not paths:
        has_data = "its rows stand in the document itself" if "data" in resource else ""
        gathering.doubt(where, f"left out: {has_data or 'it names no path'}")
        return
    media = texts_of([resource.get("mediatype"), resource.get("format")])
    size, checksum = resource.get("bytes"), resource.get("hash")
    if len(paths) > 1 and (size is not None or checksum):
        # They are of all its files together.
        gathering.doubt(where, "size and checksum of several files at once not used")
        size = checksum = None
    digest = tagged_digest(checksum) if checksum else (None, "")
    # Sources may be pages and papers: those of a file that is one have its type.
    is_file = len(paths) == 1 and resource.get("type") == "file" and bool(digest[0])
    others = _places(resource) if is_file else []
    inside = resource.get("unpack")
    opened = Opened(mapping(inside).get("contentSize")) if mapping(inside) else None
    for path in paths:
        gathering.file(
            _file_name(resource, path) if is_file else _name_at(path),
            path,
            size,
            [digest],
            media,
            others=others,
            opened=opened,
        )


def _places(resource: Any) -> list[str]:
    """Return the URLs of a file's sources."""
    sources = map(mapping, listed(resource.get("sources")))
    return [path for one in sources if "://" in (path := text_of(one.get("path")))]


def _name_at(path: str) -> str:
    """Return what a file is to be called: its path, or the end of its URL."""
    return name_of(path) if "://" in path else path


def _file_name(resource: Any, path: str) -> str:
    """Return what a file is called by a title of which its name was made."""
    title, name = text_of(resource.get("title")), text_of(resource.get("name"))
    bare = re.sub(r"[^a-z0-9._-]+", "-", title.lower()).strip("-")
    is_path = re.search(r"[./]", title) and re.fullmatch(
        rf"{re.escape(bare)}(-\d+)?", name
    )
    return title if is_path else _name_at(path)


def _expression(package: Any) -> tuple[tuple[str, ...], ...]:
    """Return the expression that says what a list of licenses cannot."""
    said = text_of(package.get("licenseExpression"))
    return ((said,),) if said else ()


def _licenses(package: Any) -> tuple[tuple[str, ...], ...]:
    found = []
    for one in [*listed(package.get("licenses")), *listed(package.get("license"))]:
        inner = mapping(one)
        keys = ("name", "type", "id", "path", "url", "title")
        said = [text_of(inner.get(key)) for key in keys] if inner else [text_of(one)]
        found.append(tuple(dict.fromkeys(filter(None, said))))
    return tuple(dict.fromkeys(filter(None, found)))


def _authors(package: Any) -> tuple[str, ...]:
    found = []
    for one in [*listed(package.get("contributors")), *listed(package.get("author"))]:
        inner = mapping(one)
        roles = {*texts_of(inner.get("role")), *texts_of(inner.get("roles"))}
        name = text_of(inner.get("title")) or text_of(inner.get("name"))
        if not inner:
            found.append(text_of(one))
        elif not roles or roles & {"author", "creator", "contributor"}:
            found.append(name)
    return tuple(dict.fromkeys(filter(None, found)))


def _doi(text: str) -> str:
    _, found, rest = text.partition("10.")
    return f"10.{rest}" if found and "/" in rest and " " not in rest else ""
