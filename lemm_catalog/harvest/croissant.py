"""A Croissant document: JSON-LD of a dataset, as strictly kept as people keep it.

Keys and types count with or without their prefix, with or without `@context`. What
lies inside an archive is no file to bring; what lies in a repository is asked there.
"""

import re
from typing import Any

from lemm_catalog.harvest.base import Gathering, Opened, Source, name_of, parts_of
from lemm_catalog.harvest.values import (
    Json,
    digest_of,
    is_web,
    listed,
    mapping,
    prose_of,
    text_of,
    texts_of,
    url_of,
    without_tags,
)
from lemm_catalog.model.draft import Found, Repository

_PREFIXES = (
    "https://schema.org/",
    "http://schema.org/",
    "http://mlcommons.org/croissant/1.1/",
    "http://mlcommons.org/croissant/1.0/",
    "http://mlcommons.org/croissant/",
    "https://mlcommons.org/croissant/",
    "http://mlcommons.org/schema/",
    "http://purl.org/dc/terms/",
    "schema:",
    "sc:",
    "cr:",
    "ml:",
    "dct:",
)
_MOST_NESTED = 16
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.A)
_DIGESTS = ("sha256", "sha512", "md5")
_HUB = ("https://huggingface.co/", "http://huggingface.co/", "https://hf.co/")


def is_record(document: Any) -> bool:
    """Whether a document has the form of a dataset in JSON-LD."""
    return bool(_dataset(document))


def read(document: Any, source: Source) -> Found:
    """Return what a Croissant document says."""
    dataset = _dataset(document)
    reading = _Distribution(dataset, source)
    reading.read()
    gathering = reading.gathering
    return Found(
        title=text_of(dataset.get("name")),
        name=_own_id(dataset) or text_of(dataset.get("alternateName")),
        description=without_tags(prose_of(dataset.get("description"))),
        page=url_of(dataset.get("url")) or url_of(dataset.get("@id")),
        read_at=source.url,
        version=text_of(dataset.get("version")),
        year=text_of(dataset.get("datePublished"))[:4],
        publisher=text_of(dataset.get("publisher")),
        doi=_doi(dataset),
        authors=texts_of(dataset.get("creator")) or texts_of(dataset.get("author")),
        credit=text_of(dataset.get("creditText")),
        licenses=_licenses(dataset.get("license")),
        citation=prose_of(dataset.get("citeAs")) or prose_of(dataset.get("citation")),
        keywords=texts_of(dataset.get("keywords")),
        languages=texts_of(dataset.get("inLanguage")),
        media=tuple(dict.fromkeys(reading.inner)),
        files=tuple(gathering.files),
        repositories=tuple(reading.repositories),
        remarks=tuple(gathering.remarks),
    )


class _Distribution:
    """Files, sets of files and archives, by what contains what."""

    def __init__(self, dataset: Json, source: Source) -> None:
        self.gathering = Gathering(source)
        self._is_remote = bool(source.url)
        self.inner: list[str] = []
        self.repositories: list[Repository] = []
        self._nodes = [_plain(one) for one in listed(dataset.get("distribution"))]
        self._by_id: dict[str, Json] = {}
        for node in self._nodes:
            for name in (text_of(node.get("name")), text_of(node.get("@id"))):
                if name:
                    self._by_id[name.removeprefix("#")] = node

    def read(self) -> None:
        """Look at each node."""
        for node in self._nodes:
            if not node:
                self.gathering.doubt("files", "an entry of distribution is no object")
                continue
            inside = _references(node.get("containedIn"))
            if inside:
                self._contained(node, inside)
            elif not _is_set(node):
                self._top(node)
            else:
                self._beside(node)

    def _top(self, node: Json) -> None:
        url = url_of(node.get("contentUrl")) or text_of(node.get("contentUrl"))
        if _is_repository(node, url):
            return  # its sets say which files of it
        said = [digest_of(name, node.get(name)) for name in _DIGESTS]
        media = texts_of(node.get("encodingFormat"))
        name = _file_name(node, url)
        # Its own word is of other formats too: without a checksum none can be told.
        others = texts_of(node.get("sameAs")) if any(one for one, _ in said) else ()
        self.gathering.file(
            name,
            url,
            node.get("contentSize"),
            said,
            media,
            others=[one for one in others if _is_address(one)],
            opened=self._opened(node),
        )

    def _opened(self, root: Json) -> Opened | None:
        """Return what is said of what lies in a file; None if nothing does."""
        inside = [
            node
            for node in self._nodes
            for name in _references(node.get("containedIn"))
            if self._root(name) is root
        ]
        # Of several sets nobody says whether they share files.
        return (
            Opened(inside[0].get("contentSize") if len(inside) == 1 else None)
            if inside
            else None
        )

    def _beside(self, node: Json) -> None:
        """Take a set of files in nothing: they lie beside the document."""
        wanted = tuple(_references(node.get("includes")))
        if not wanted:
            self._left_out(node, "a set of files that names none")
        elif self._is_remote:
            self._left_out(node, "nothing lists the files beside a document")
        else:
            without = tuple(_references(node.get("excludes")))
            self.repositories.append(Repository("", wanted, without))

    def _contained(self, node: Json, inside: list[str]) -> None:
        media = texts_of(node.get("encodingFormat"))
        for name in inside:
            root = self._root(name)
            if root is None:
                self._left_out(node, f"it is in {name[:80]!r}, which is not described")
                continue
            url = url_of(root.get("contentUrl")) or text_of(root.get("contentUrl"))
            if not _is_repository(root, url):
                self.inner += media
                continue
            wanted = _references(node.get("includes")) or texts_of(
                node.get("contentUrl")
            )
            without = tuple(_references(node.get("excludes")))
            self.repositories.append(Repository(url, tuple(wanted), without))

    def _root(self, name: str) -> Json | None:
        """Return what contains something in the end; None if that leads nowhere."""
        for _ in range(_MOST_NESTED):
            node = self._by_id.get(name)
            if node is None:
                return None
            above = _references(node.get("containedIn"))
            if not above:
                return node
            name = above[0]
        return None

    def _left_out(self, node: Json, why: str) -> None:
        name = text_of(node.get("name")) or text_of(node.get("@id"))
        self.gathering.doubt(f"files ({name})", f"left out: {why}")


def _dataset(document: Any) -> Json:
    """Return the node of the dataset; an empty one if there is none."""
    nodes = []
    for one in listed(document)[:1000]:
        node = _plain(one)
        nodes += [node, *(_plain(inner) for inner in listed(node.get("@graph"))[:1000])]
    typed = [node for node in nodes if "Dataset" in _types(node)]
    return next(
        (n for n in [*typed, *nodes] if "distribution" in n), typed[0] if typed else {}
    )


def _plain(value: Any) -> Json:
    """Return an object with its keys bare of their prefixes."""
    found: dict[str, Any] = {}
    for key, inner in mapping(value).items():
        found.setdefault(_bare(str(key)), inner)
    return found


def _bare(name: str) -> str:
    prefix = next((one for one in _PREFIXES if name.startswith(one)), "")
    return name[len(prefix) :]


def _types(node: Json) -> set[str]:
    return {_bare(one) for one in texts_of(node.get("@type", node.get("type")))}


def _is_set(node: Json) -> bool:
    return "FileSet" in _types(node) or (
        "includes" in node and "contentUrl" not in node
    )


def _is_repository(node: Json, url: str) -> bool:
    formats = texts_of(node.get("encodingFormat"))
    if any(one.startswith("git") for one in formats):
        return True
    is_file = "/resolve/" in url or "/raw/" in url
    return url.startswith(_HUB) and not is_file


def _references(value: Any) -> list[str]:
    """Return the names of nodes, or patterns: ``x``, ``#{x}``, ``{"@id": x}``."""
    found = []
    for one in listed(value):
        inner = mapping(one)
        text = text_of(inner.get("@id") or inner.get("@value") if inner else one)
        if text.startswith("#{") and text.endswith("}"):
            text = text[2:-1]
        found.append(text.removeprefix("#"))
    return list(filter(None, found))


def _file_name(node: Json, url: str) -> str:
    """Return the name of a file: an id without a suffix is not it."""
    name = text_of(node.get("name")) or text_of(node.get("@id"))
    bare = url.partition("?")[0].partition("#")[0]
    if not is_web(url):
        return bare or name
    last = name_of(url)
    return name if "." in name or "." not in last else last


def _own_id(dataset: Json) -> str:
    """Return the identifier of a dataset if it is a name, and no number or address."""
    said = next(iter(texts_of(dataset.get("identifier"))), "")
    return said if len(said) <= 63 and _ID.fullmatch(said) else ""


def _is_address(text: str) -> bool:
    return "://" in text and bool(parts_of(text).scheme)


def _licenses(value: Any) -> tuple[tuple[str, ...], ...]:
    found = []
    for one in listed(value):
        inner = _plain(one)
        if inner:
            keys = ("@value", "identifier", "name", "url", "@id")
            said = tuple(filter(None, (text_of(inner.get(key)) for key in keys)))
        else:
            said = tuple(filter(None, [text_of(one)]))
        found.append(tuple(dict.fromkeys(said)))
    return tuple(dict.fromkeys(filter(None, found)))


def _doi(dataset: Json) -> str:
    for text in (*texts_of(dataset.get("identifier")), text_of(dataset.get("url"))):
        _, found, rest = text.partition("doi.org/10.")
        if not found and text.lower().startswith("doi:10."):
            found, rest = "doi:", text[7:]
        if found and "/" in rest and " " not in rest:
            return f"10.{rest}"
    return ""
