"""What a source tells of its files, asked once and without their bytes."""

from typing import NamedTuple

from lemm_catalog.digest import Digest


class ToldFile(NamedTuple):
    """One file: its path below what was asked for, its size in bytes, its digests.

    ``git`` is the id under which git knows its content, where a repository tells it.
    """

    path: str
    size: int | None
    digests: tuple[Digest, ...] = ()
    git: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Told(NamedTuple):
    """The files there are; ``commit`` is what the revision stands for now.

    ``moved`` is what the repository is called by now, if that is not what was asked.
    """

    files: tuple[ToldFile, ...]
    commit: str | None = None
    moved: str | None = None
