"""The one table of forms that documents have, told by what stands in them."""

from typing import Any

from lemm_catalog.harvest import (
    croissant,
    datacite,
    datapackage,
    dataverse,
    figshare,
    hub,
    zenodo,
)
from lemm_catalog.harvest.base import Reader

_KINDS = (
    ("a DataCite record", datacite),
    ("a Dataverse dataset", dataverse),
    ("a Hub repository", hub),
    ("a figshare article", figshare),
    ("a Zenodo record", zenodo),
    ("a data package", datapackage),
    ("a Croissant document", croissant),
)


def reader_of(document: Any) -> tuple[str, Reader] | None:
    """Return what a document is, in words, and its reader; None if it is no such."""
    for words, kind in _KINDS:
        if kind.is_record(document):
            return words, kind.read
    return None
