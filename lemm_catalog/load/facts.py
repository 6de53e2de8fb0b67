"""Licenses and policies of a catalog alone, for who judges texts and needs no more."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.errors import CatalogError
from lemm_catalog.load.catalog import Reader
from lemm_catalog.load.roots import builtin_root, folders_of
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.problems import errors_in


class Facts(NamedTuple):
    """What licenses permit and what policies demand, by their names."""

    licenses: Mapping[str, LicenseFacts]
    policies: Mapping[str, Policy]


def read_facts(roots: Sequence[str | Path] = ()) -> Facts:
    """Return the licenses and policies of catalog roots; none are the builtin one.

    Raises:
        CatalogError: if a file of them is wrong; it has every place.

    """
    reader, builtin = Reader(), builtin_root()
    for folder in folders_of(roots):
        reader.read_shared(builtin, missing_in=folder)
        reader.read_shared(folder)
    if errors := errors_in(reader.problems):
        raise CatalogError(errors)
    return Facts(reader.licenses, reader.policies)
