"""Credit that is due: whose work a dataset is, from where, and on what terms."""

from collections.abc import Iterable
from typing import NamedTuple

from lemm_catalog.model.receipt import Acceptance
from lemm_catalog.model.terms import Named


class ItemCredit(NamedTuple):
    """One work inside a dataset that has an author and terms of its own.

    ``url`` is the page of the work. Those who know the facts fill in ``licenses``.
    """

    path: str
    title: str | None
    author: str | None
    expression: str
    url: str | None = None
    licenses: tuple[Named, ...] = ()


class Works(NamedTuple):
    """The works inside a dataset, one after the other, for there may be 100,000.

    ``taken`` says how many of how many are here, where not all of them are.
    """

    items: Iterable[ItemCredit]
    taken: tuple[int, int] | None = None


class PartCredit(NamedTuple):
    """The credit of those parts of a dataset that have the same terms.

    ``parts`` are their names, none where all of the dataset has these terms, and None
    is what belongs to no part; ``title`` is all of them in words, ``attribution`` the
    line to be shown.
    """

    parts: tuple[str | None, ...]
    title: str
    expression: str
    licenses: tuple[Named, ...]
    attribution: str | None
    note: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether there is no line of credit, though it is due or may well be.

        Where no license is known, it is not known either what they ask for.
        """
        due = any("attribution" in one.duties for one in self.licenses)
        return self.attribution is None and (due or not self.licenses)


class Credit(NamedTuple):
    """The credit of one dataset: title, author, source and license of each part.

    ``pulled`` is the day on which it was completed here, where that is what is
    credited; ``changes`` say what was done to it; ``accepted`` what was agreed to.
    """

    id: str
    title: str
    source: str | None
    version: str | None
    pulled: str | None
    parts: tuple[PartCredit, ...]
    changes: tuple[str, ...]
    accepted: tuple[Acceptance, ...] = ()
    items: Iterable[ItemCredit] = ()


class Missing(NamedTuple):
    """That a license asks for credit which the catalog cannot give."""

    dataset: str
    message: str
