"""BibTeX: an entry as it was read, and one as it is given out."""

from typing import NamedTuple


class BibEntry(NamedTuple):
    """An entry: its type and its key, and all that follows the key up to its end.

    ``fields`` are what stands in there, names in lower case, values without what
    delimits them.
    """

    kind: str
    key: str
    fields: tuple[tuple[str, str], ...]
    rest: str


class Citation(NamedTuple):
    """One entry for all the datasets that share it."""

    key: str
    kind: str
    datasets: tuple[str, ...]
    bibtex: str
