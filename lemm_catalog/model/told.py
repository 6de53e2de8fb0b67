"""What a source tells of its files, asked once and without their bytes."""

from typing import NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.model.text import one_line

_LONGEST_LINE = 200


def plain_line(text: str | None) -> str | None:
    """Return what a server said if it is one plain line; None if it is not."""
    try:
        return one_line(text) if text and len(text) <= _LONGEST_LINE else None
    except ValueError:
        return None


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
    content_type: str = ""

    @property
    def shown(self) -> str:
        """What tells its version, fit to be printed."""
        said = [
            f"{self.size:,} bytes" if self.size is not None else "",
            f"ETag {etag}" if (etag := plain_line(self.etag)) else "",
            f"Last-Modified {date}" if (date := plain_line(self.last_modified)) else "",
        ]
        return ", ".join(filter(None, said))


class Told(NamedTuple):
    """The files there are; ``commit`` is what the revision stands for now.

    ``moved`` is what the repository is called by now, if that is not what was asked.
    """

    files: tuple[ToldFile, ...]
    commit: str | None = None
    moved: str | None = None
