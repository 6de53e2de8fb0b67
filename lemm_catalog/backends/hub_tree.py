"""What a repository of the Hub holds, as its own client lists it: page by page.

The client is imported here and nowhere else. It is asked for names, sizes and digests;
bytes never come through it.
"""

from collections.abc import Iterable
from typing import Any

from lemm_catalog.backends.hub_words import explain
from lemm_catalog.backends.reply import plain
from lemm_catalog.digest import Digest
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.told import Told, ToldFile
from lemm_catalog.version import __version__

# What the client itself retries while it lists is 5 times 8 seconds at most.
_SECONDS = 30.0


def files_below(place: HubPlace, endpoint: str, token: str | None) -> Told:
    """Return all files below a folder at the commit its revision stands for now."""
    client, commit, moved = _at_commit(place, endpoint, token)
    folder = place.path.strip("/")
    entries = client.list_repo_tree(
        moved or place.repo,
        folder or None,
        recursive=True,
        revision=commit,
        repo_type=place.kind.removesuffix("s"),
    )
    start = len(folder) + 1 if folder else 0
    files = tuple(sorted(_told(entry, entry.path[start:]) for entry in _files(entries)))
    return Told(files, commit, moved)


def file_in(place: HubPlace, endpoint: str, token: str | None) -> Told:
    """Return what the Hub tells of one file."""
    client, commit, moved = _at_commit(place, endpoint, token)
    entries = client.get_paths_info(
        moved or place.repo,
        [place.path],
        revision=commit,
        repo_type=place.kind.removesuffix("s"),
    )
    for entry in _files(entries):
        if entry.path == place.path:
            return Told((_told(entry, ""),), commit, moved)
    raise SourceError(
        f"{place.url}: the repository has no such file at this revision: see "
        f"{place.page(endpoint)}/tree/{place.revision}"
    )


def _at_commit(
    place: HubPlace, endpoint: str, token: str | None
) -> tuple[Any, str, str | None]:
    """Return a client, the commit, and the repository's name if it has another now."""
    from huggingface_hub import HfApi

    client = HfApi(
        endpoint=endpoint,
        token=token or False,
        library_name="lemm-catalog",
        library_version=__version__,
    )
    info: Any = client.repo_info(
        place.repo,
        revision=place.revision,
        repo_type=place.kind.removesuffix("s"),
        timeout=_SECONDS,
    )
    commit = str(info.sha or "")
    if not place._replace(revision=commit).is_pinned:
        raise SourceError(f"{place.url}: the Hub names no commit for this revision")
    name = str(info.id)
    return client, commit, name if name != place.repo else None


def _files(entries: Iterable[Any]) -> Iterable[Any]:
    # A folder has a tree id, and neither a size nor a blob.
    return (entry for entry in entries if hasattr(entry, "blob_id"))


def _told(entry: Any, path: str) -> ToldFile:
    lfs = entry.lfs
    if lfs is None:
        tag = f'"{entry.blob_id}"'
        return ToldFile(path, int(entry.size), git=entry.blob_id, etag=tag)
    digest = Digest("sha256", str(lfs.sha256))
    return ToldFile(path, int(lfs.size), (digest,), etag=f'"{lfs.sha256}"')


def in_words(
    error: Exception, place: HubPlace, endpoint: str, has_token: bool
) -> SourceError:
    """Return what the client raises in our words."""
    answer: Any = getattr(error, "response", None)
    status = getattr(answer, "status_code", None)
    if isinstance(status, int):
        headers = {str(k).lower(): str(v) for k, v in answer.headers.items()}
        url = place.resolve(endpoint)
        found = explain(place, endpoint, has_token, url, status, headers)
        if found is not None:
            return found
        if status < 500:
            return SourceError(f"{place.url}: the Hub answers with {status}")
        return PassingError(f"{place.url}: the Hub fails ({status})")
    if isinstance(error, ValueError):
        return SourceError(f"{place.url}: the Hub cannot be asked: {plain(error)}")
    return PassingError(f"{place.url}: the Hub cannot be reached: {plain(error)}")
