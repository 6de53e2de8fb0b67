"""A dataset as other programs are told of it: where its files are, and their proof."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from lemm_catalog.digest import Digest
from lemm_catalog.model.terms import Named


class Place(NamedTuple):
    """A URL that others can open; ``token_env`` marks one that wants a token."""

    url: str
    token_env: str | None = None


class Licensed(NamedTuple):
    """A license expression, and every license that it names."""

    expression: str
    named: tuple[Named, ...]

    @property
    def is_simple(self) -> bool:
        """Whether it is one license of which the catalog knows the text."""
        return [one.id for one in self.named if one.url] == [self.expression]


class ExportedFile(NamedTuple):
    """One pinned file: ``size`` in bytes, the strong digests first.

    ``neighbor`` is its path beside the manifest, if it is there; ``license`` the index
    of its license in the dataset. ``is_unpacked`` says that what counts is inside,
    of which ``unpacked`` is the size in bytes, an estimate if it ``is_rough``.
    """

    path: str
    size: int
    digests: tuple[Digest, ...]
    places: tuple[Place, ...]
    media: str
    license: int
    neighbor: str | None = None
    is_unpacked: bool = False
    unpacked: int = 0
    is_rough: bool = False


class ByHand(NamedTuple):
    """A file that a person must bring: what to do, and a page to open."""

    path: str
    words: str
    url: str | None = None


class Exported(NamedTuple):
    """A dataset, or the named ``parts`` of it, ready to be written in a format.

    ``credits`` are the lines of credit that its licenses ask for, ``asks`` what must
    be agreed to before it is fetched.
    """

    id: str
    title: str
    summary: str
    homepage: str | None
    version: str | None
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    media: tuple[str, ...]
    licenses: tuple[Licensed, ...]
    credits: tuple[str, ...]
    asks: tuple[str, ...]
    citation: str | None
    parts: tuple[str, ...]
    files: tuple[ExportedFile, ...]
    by_hand: tuple[ByHand, ...]


class LeftOut(NamedTuple):
    """What was selected and cannot be written; all of the dataset without a path."""

    dataset: str
    path: str | None
    reason: str

    @property
    def name(self) -> str:
        """The dataset, or its file."""
        return self.dataset if self.path is None else f"{self.dataset}/{self.path}"


class Document(NamedTuple):
    """A text to be written; ``name`` is its relative path where there are several."""

    name: str
    text: str


class Form(NamedTuple):
    """What a format can say of a file.

    ``algorithms`` has its own name of each digest that it knows, the best first.
    ``neighbors`` is what a path beside the manifest must look like, if it takes any;
    ``schemes`` and ``paths`` bound URLs and the paths of files, where there is a bound.
    ``needs_files`` if a dataset without any cannot be said.
    """

    name: str
    algorithms: Mapping[str, str]
    schemes: frozenset[str] | None = None
    neighbors: re.Pattern[str] | None = None
    paths: re.Pattern[str] | None = None
    needs_files: bool = False
