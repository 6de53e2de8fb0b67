"""What a source says of a dataset, and the draft of a manifest that comes of it."""

from typing import Any, Literal, NamedTuple

from lemm_catalog.digest import Digest

Gravity = Literal["judge", "doubt", "failed"]


class Remark(NamedTuple):
    """Something a person must look at: where, as a key of the manifest, and what.

    What no source can tell is for a person to judge. A doubt is something the source
    said, or did not, that keeps the draft from being whole; at worst a source failed
    when it was asked, or gave other bytes than are stated.
    """

    where: str
    text: str
    gravity: Gravity = "doubt"

    @property
    def line(self) -> str:
        """The remark on one line."""
        return f"{self.where}: {self.text}"


class FoundFile(NamedTuple):
    """A file, as a source describes it.

    ``size`` is exact and in bytes, ``about`` a rough one in words; ``beside`` is its
    path from the folder of the manifest, ``local`` says that it is on this machine.
    ``mirrors`` have the same bytes. ``is_opened`` tells that what counts is inside;
    of that ``opened`` is the size, or ``opened_about`` a rough one.
    """

    name: str
    url: str = ""
    size: int | None = None
    about: str = ""
    digests: tuple[Digest, ...] = ()
    media: tuple[str, ...] = ()
    beside: str = ""
    local: bool = False
    mirrors: tuple[str, ...] = ()
    is_opened: bool = False
    opened: int | None = None
    opened_about: str = ""


class Repository(NamedTuple):
    """Files that a document only points at: a repository, and which of them.

    Without a URL it is the folder in which the document lies.
    """

    url: str
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class Found(NamedTuple):
    """What a source says of a dataset; what it does not say is empty.

    ``page`` is for people; ``read_at`` is the address at which all this was read,
    empty if it came from a file of this machine; ``is_record`` tells that the two are
    faces of one record. ``licenses`` has for each license the ways in which it is
    named: as an id, by name, by URL. ``credit`` is how the source wants to be credited.
    """

    title: str = ""
    name: str = ""
    description: str = ""
    page: str = ""
    read_at: str = ""
    is_record: bool = False
    version: str = ""
    year: str = ""
    publisher: str = ""
    doi: str = ""
    authors: tuple[str, ...] = ()
    credit: str = ""
    licenses: tuple[tuple[str, ...], ...] = ()
    citation: str = ""
    tasks: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    files: tuple[FoundFile, ...] = ()
    repositories: tuple[Repository, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Wanted(NamedTuple):
    """What whoever asks for a draft decides: the id, the phase; and the day it is.

    Where no phase is chosen, ``phase`` is for what nothing tells, and one of the
    ``shelves`` may be guessed. ``tasks`` are what the datasets of a catalog are for.
    """

    day: str
    phase: str
    id: str | None = None
    is_phase_chosen: bool = False
    shelves: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()


class Draft(NamedTuple):
    """A manifest as data, in the order it is written, and what is to be looked at."""

    id: str
    manifest: dict[str, Any]
    remarks: tuple[Remark, ...]

    @property
    def gravity(self) -> Gravity:
        """The gravest of its remarks."""
        found = {remark.gravity for remark in self.remarks}
        graver: tuple[Gravity, ...] = ("failed", "doubt")
        return next((one for one in graver if one in found), "judge")
