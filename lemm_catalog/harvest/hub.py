"""A repository of the Hugging Face Hub, by the one answer that lists its files.

Every address is pinned to the commit that the answer names.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from lemm_catalog.digest import Digest
from lemm_catalog.harvest.base import Gathering, Source, parts_of
from lemm_catalog.harvest.values import (
    Json,
    digest_of,
    listed,
    mapping,
    size_of,
    text_of,
    texts_of,
)
from lemm_catalog.model.draft import Found, FoundFile

_KINDS = ("datasets", "spaces", "models")
_HOSTS = ("huggingface.co", "hf.co", "www.huggingface.co")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.A)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.A)
# Git's own, and of no use without it.
_NOT_DATA = frozenset({".gitattributes", ".gitignore"})


class Repo(NamedTuple):
    """A repository, and the revision that is asked for."""

    kind: str
    name: str
    revision: str = "main"

    def api(self, endpoint: str) -> str:
        """Return the address that says all of it."""
        pin = quote(self.revision, safe="")
        return f"{endpoint}/api/{self.kind}/{self.name}/revision/{pin}?blobs=true"


def repo_of(text: str) -> Repo | None:
    """Return the repository that an `hf://` address or a page of the Hub means."""
    if text.startswith("hf://"):
        words = text.removeprefix("hf://").strip("/").split("/")
        is_page = False
    else:
        parts = parts_of(text)
        if parts.scheme not in {"http", "https"} or parts.hostname not in _HOSTS:
            return None
        words, is_page = parts.path.strip("/").split("/"), True
    kind = words.pop(0) if words and words[0] in _KINDS else "models"
    if kind == "models" and is_page and words[:1] == ["api"]:
        return None
    name, _, revision = "/".join(words[:2]).partition("@")
    rest = words[2:]
    if is_page and len(rest) > 1 and rest[0] == "tree":
        revision = rest[1]
    elif is_page and rest and rest[0] in {"resolve", "raw", "blob"}:
        return None  # one file of it
    if not all(_NAME.fullmatch(part) for part in name.split("/")):
        return None
    return Repo(kind, name, unquote(revision) or "main")


def is_api(url: str) -> bool:
    """Whether an address is one that `Repo.api` gives."""
    return any(f"/api/{kind}/" in url for kind in _KINDS) and "/revision/" in url


def is_record(document: Any) -> bool:
    """Whether a document is the Hub's answer about a repository."""
    record = mapping(document)
    return "siblings" in record and "sha" in record


def read(document: Any, source: Source) -> Found:
    """Return what the Hub says of a repository."""
    record, gathering = mapping(document), Gathering(source)
    card = mapping(record.get("cardData"))
    name, commit = text_of(record.get("id")), text_of(record.get("sha"))
    kind = next((k for k in _KINDS if f"/api/{k}/" in source.url), "datasets")
    files = []
    if _COMMIT.fullmatch(commit) and name:
        root = f"hf://{kind}/{name}@{commit}"
        for one in map(mapping, listed(record.get("siblings"))):
            file = _file(one, root, gathering)
            files += [file] if file else []
    else:
        gathering.doubt("files", "the Hub names no commit to pin them to")
    if record.get("gated"):
        text = "the Hub asks users to agree to terms first: add license.accept"
        gathering.doubt("license", text)
    page = name if kind == "models" else f"{kind}/{name}"
    return Found(
        title=text_of(card.get("pretty_name")) or name.rpartition("/")[2],
        name=name.rpartition("/")[2],
        description=text_of(record.get("description")),
        page=f"https://huggingface.co/{page}" if name else "",
        read_at=source.url,
        is_record=True,
        year=text_of(record.get("createdAt"))[:4],
        publisher="Hugging Face",
        doi=_doi(record),
        authors=texts_of(record.get("author") or name.partition("/")[0]),
        licenses=_licenses(card),
        tasks=texts_of(card.get("task_categories")),
        languages=texts_of(card.get("language")),
        files=tuple(files),
        remarks=tuple(gathering.remarks),
    )


def _file(one: Json, root: str, gathering: Gathering) -> FoundFile | None:
    path = one.get("rfilename")
    if not isinstance(path, str) or not path or path in _NOT_DATA:
        return None
    large = mapping(one.get("lfs"))
    # The id of a small file is git's, of more than its bytes: no checksum of them.
    digest, wrong = digest_of("sha256", large.get("sha256", large.get("oid")))
    said = size_of(one.get("size", large.get("size")))
    for words in filter(None, (wrong, said.wrong)):
        gathering.doubt(f"files ({path[:200]})", words)
    digests: tuple[Digest, ...] = (digest,) if digest else ()
    url = f"{root}/{quote(path)}"
    return FoundFile(name=text_of(path), url=url, size=said.size, digests=digests)


def _licenses(card: Json) -> tuple[tuple[str, ...], ...]:
    named, link = text_of(card.get("license_name")), text_of(card.get("license_link"))
    found = []
    for tag in texts_of(card.get("license")):
        own = (named, link) if tag == "other" and named else (tag,)
        found.append(tuple(filter(None, own)))
    return tuple(found)


def _doi(record: Json) -> str:
    tags = (tag for tag in texts_of(record.get("tags")) if tag.startswith("doi:"))
    return next(tags, "").removeprefix("doi:")
