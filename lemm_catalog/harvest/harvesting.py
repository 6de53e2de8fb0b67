"""From the word for a source to all that it says, its files looked at where need be."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lemm_catalog.errors import LemmError, RefusedError, SourceError, UsageError
from lemm_catalog.harvest import hub, local
from lemm_catalog.harvest.asking import Asker
from lemm_catalog.harvest.base import MOST_FILES, Source, name_of, parts_of, shown
from lemm_catalog.harvest.completing import Completing
from lemm_catalog.harvest.places import Place, Services, known_page, place_of
from lemm_catalog.harvest.table import reader_of
from lemm_catalog.model.draft import Found, FoundFile, Remark, Repository

_PAGE = frozenset({"text/html", "application/xhtml+xml"})
_DOCUMENT = (".json", ".jsonld")


@dataclass(frozen=True, kw_only=True)
class Means:
    """How to ask; ``beside`` is the folder in which the manifest will lie."""

    asker: Asker
    services: Services
    fetch: bool = False
    offline: bool = False
    beside: Path | None = None


def harvest(source: str, means: Means) -> Found:
    """Return what a source says of a dataset, with sizes and checksums.

    Raises:
        UsageError: if the source means nothing.
        RefusedError: if it has more files than a manifest holds, or none at all.
        SourceError: if it does not answer, or with something else.
        LocalError: if a file of this machine cannot be read.

    """
    place = place_of(source, means.services)
    if place.kind == "path":
        found = _of_path(Path(place.at))
        at = Path(place.at)
        home: Path | None = at if os.path.isdir(at) else at.parent  # noqa: PTH112
    else:
        if means.offline:
            message = f"{shown(source)}: cannot be asked with --offline"
            raise UsageError(message)
        try:
            found, home = _asked(place, means), None
        except SourceError as error:
            raise _explained(error, source, place) from error
    found = _with_repositories(found, means, home)
    if len(found.files) > MOST_FILES:
        count, most = f"{len(found.files):,}", f"{MOST_FILES:,}"
        message = f"{shown(source)}: has {count} files; a draft holds at most {most}"
        raise RefusedError(
            message, mend="write a file set (`path: folder/`), and lock it"
        )
    completing = Completing(means.asker, home, means.beside)
    return completing.complete(found, fetch=means.fetch, offline=means.offline)


def _explained(error: SourceError, source: str, place: Place) -> SourceError:
    """Return a failure with what whoever named the source can do about it."""
    is_api = place.kind == "api"
    if error.mend or error.status not in {401, 403, 404, 410}:
        return error
    if error.status in {401, 403}:
        is_hub = is_api and hub.is_api(place.at)
        why = "private, gated, or not there" if is_hub else "not open to all"
        mend = f"it is {why}, and `new` has no login; name what anybody can fetch"
    elif is_api:
        mend = "see that it is spelled right and public; a new DOI may take a day"
    else:
        mend = "open it in a browser; name the file's own address, its record or DOI"
    host = parts_of(place.at).hostname
    is_missing = is_api and error.status in {404, 410}
    unknown = f"{shown(source)}: {host} knows nothing of it ({error.status})"
    explained = SourceError(unknown if is_missing else error.message, mend=mend)
    explained.status = error.status
    return explained


def _of_path(path: Path) -> Found:
    document = local.document_at(path)
    if document is not None and (kind := reader_of(document)):
        return kind[1](document, Source("", str(path)))
    return local.describe(path)


def _asked(place: Place, means: Means) -> Found:
    if place.kind == "api":
        found = _record(place.at, means)
        # DataCite knows where a dataset is, and rarely what its files are.
        home = known_page(found.page, means.services) if not found.files else None
        if home and home.at != place.at:
            try:
                return _filled(_record(home.at, means), found)
            except SourceError as error:
                failed = Remark("files", f"not to be had: {error.message}", "failed")
                return found._replace(remarks=(*found.remarks, failed))
        return found
    return _of_url(place.at, means)


def _record(url: str, means: Means) -> Found:
    document = means.asker.document(url)
    kind = reader_of(document)
    if kind is None:
        message = f"{shown(url)}: answers with JSON that describes no dataset"
        raise SourceError(message)
    return kind[1](document, Source(url, shown(url)))


def _of_url(url: str, means: Means) -> Found:
    answered = means.asker.head(url)
    bare = shown(url).lower()
    if bare.endswith(_DOCUMENT) or answered.media.endswith("json"):
        document = means.asker.document(url, must=False)
        if document is not None and (kind := reader_of(document)):
            return kind[1](document, Source(url, shown(url)))
    if answered.media in _PAGE and not bare.endswith((".html", ".htm")):
        message = f"{shown(url)}: answers with a web page, and no file"
        raise SourceError(message, mend="name the file, its record, or its DOI")
    name = name_of(url) or parts_of(url).netloc
    file = FoundFile(name=name, url=url, size=answered.size)
    said = (answered.media,) if "/" in answered.media else ()
    return Found(title=_stem(name), name=_stem(name), media=said, files=(file,))


def _stem(name: str) -> str:
    stem = re.sub(r"(\.[A-Za-z][A-Za-z0-9]{0,5})+$", "", name)
    return stem or name


def _filled(found: Found, other: Found) -> Found:
    """Return what a repository says, and where it says nothing, what another does."""
    missing: dict[str, Any] = {
        name: getattr(other, name)
        for name in ("title", "description", "authors", "licenses", "year", "doi")
        if not getattr(found, name)
    }
    return found._replace(**missing)


def _with_repositories(found: Found, means: Means, home: Path | None) -> Found:
    """Return all with the files of the repositories that a document points at."""
    files, remarks = list(found.files), list(found.remarks)
    by_url: dict[str, list[Repository]] = {}
    for one in found.repositories:
        by_url.setdefault(one.url, []).append(one)
    for url, wanted in by_url.items():
        where = shown(url) if url else str(home)
        try:
            inner = _repository(url, means) if url else local.describe(home or Path())
        except LemmError as error:
            text = f"left out, with all of {where}: {error.message}"
            is_failure = isinstance(error, SourceError)
            remarks.append(Remark("files", text, "failed" if is_failure else "doubt"))
            continue
        taken = [f for f in inner.files if any(_is_taken(f, one) for one in wanted)]
        if not taken:
            remarks.append(Remark("files", f"no file of {where} is what is meant"))
        files += taken
    return found._replace(files=tuple(files), remarks=tuple(remarks))


def _repository(url: str, means: Means) -> Found:
    repo = hub.repo_of(url)
    if repo is None:
        raise RefusedError("it is a repository that cannot be listed")
    if means.offline:
        raise RefusedError("it cannot be asked with --offline")
    return _record(repo.api(means.services.hub.rstrip("/")), means)


def _is_taken(file: FoundFile, wanted: Repository) -> bool:
    included = any(_glob(pattern).fullmatch(file.name) for pattern in wanted.includes)
    return included and not any(_glob(p).fullmatch(file.name) for p in wanted.excludes)


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    """Return a pattern of paths: ``*`` stays within a name, ``**`` does not."""
    parts = re.split(r"(\*\*/?|\*|\?)", pattern[:1000])
    meant = {"*": "[^/]*", "?": "[^/]", "**": ".*", "**/": "(?:.*/)?"}
    return re.compile("".join(meant.get(part) or re.escape(part) for part in parts))
