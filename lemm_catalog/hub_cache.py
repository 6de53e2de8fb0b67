"""The cache of the Hub's own client: what it holds is used, what we fetch is shared.

Its layout is that client's (``hub/datasets--owner--name/{blobs,snapshots,refs}``).
Nothing in it is believed: a file is only another source, held to the manifest's digest.
Bytes are copied, in both directions, and never linked: other programs write into a
published dataset's folder, and through a hard link they would write into the cache,
which all of the Hub's libraries believe without looking. Where the file system can
share extents, the copy takes no room.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from lemm_catalog.errors import LocalError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.store.files import copy_file, local_errors

# What a copy must leave free: the cache is a convenience, a full disk is none.
_SPARE = 1_000_000_000


class HubCache:
    """A folder that the Hub's client keeps, or would."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, artifact: Artifact) -> Path | None:
        """Return a file that may be an artifact: of its size, and found by its name.

        The name is its repository, commit and path, or its sha256.
        """
        if not artifact.is_pinned:
            return None
        for candidate in self._candidates(artifact):
            with suppress(OSError, ValueError):
                found = candidate.resolve(strict=True)
                info = found.stat()
                is_file = stat.S_ISREG(info.st_mode) and info.st_size == artifact.size
                if is_file and found.is_relative_to(self._real):
                    return found
        return None

    def _candidates(self, artifact: Artifact) -> Iterator[Path]:
        for source in artifact.sources:
            place = HubPlace.parse(source.url or "")
            if place is not None and (commit := self._commit(place)):
                yield self._snapshot(place, commit)
        for digest in artifact.digests:
            if digest.algorithm == "sha256":
                for folder in self._repositories:
                    yield folder / "blobs" / digest.value

    def put(self, place: HubPlace, file: Path, size: int, sha256: str) -> bool:
        """Share a verified file of a commit; whether it was not there before.

        Raises:
            LocalError: if the disk has no room for it, or does not let it.

        """
        if not place.is_pinned:
            return False
        pointer = self._snapshot(place, place.revision)
        with local_errors(pointer):
            if os.path.lexists(pointer):
                return False
            blob = self._folder(place) / "blobs" / sha256
            for folder in (blob.parent, pointer.parent):
                folder.mkdir(parents=True, exist_ok=True)
            if not blob.exists():
                self._copy(file, blob, size)
            _point(pointer, blob)
        return True

    def _copy(self, file: Path, blob: Path, size: int) -> None:
        if shutil.disk_usage(blob.parent).free < size + _SPARE:
            raise LocalError(
                f"{self._root}: has no room for {file.name}",
                mend="free some, or take use_hf_cache out of the config",
            )
        new = blob.with_name(f"{blob.name}.{os.urandom(4).hex()}.incomplete")
        try:
            copy_file(file, new)
            new.replace(blob)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise

    @cached_property
    def _real(self) -> Path:
        return self._root.resolve()

    @cached_property
    def _repositories(self) -> list[Path]:
        """The folders of repositories there are, of whichever kind."""
        with suppress(OSError):
            return sorted(path for path in self._root.iterdir() if "--" in path.name)
        return []

    def _folder(self, place: HubPlace) -> Path:
        return self._root / "--".join([place.kind, *place.repo.split("/")])

    def _snapshot(self, place: HubPlace, commit: str) -> Path:
        return self._folder(place) / "snapshots" / commit / place.path

    def _commit(self, place: HubPlace) -> str | None:
        """Return the commit of a place, as far as the cache knows it."""
        if place.is_pinned:
            return place.revision
        with suppress(OSError, ValueError):
            said = (self._folder(place) / "refs" / place.revision).read_text("ascii")
            if place._replace(revision=said.strip()).is_pinned:
                return said.strip()
        return None


def _point(pointer: Path, blob: Path) -> None:
    """Let a snapshot's name lead to a blob, or be it where links cannot be made."""
    try:
        pointer.symlink_to(os.path.relpath(blob, pointer.parent))
    except FileExistsError:
        return
    except OSError:
        blob.replace(pointer)
