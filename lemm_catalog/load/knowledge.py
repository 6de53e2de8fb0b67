"""What a catalog knows of licenses and demands of them, without its datasets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lemm_catalog.errors import CatalogError, UsageError
from lemm_catalog.load.catalog import Reader
from lemm_catalog.load.check import check
from lemm_catalog.load.document import read_yaml
from lemm_catalog.load.files import UnreadableError
from lemm_catalog.load.roots import builtin_root, folders_of
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.problems import errors_in


class Knowledge(NamedTuple):
    """License facts by the name of their file, and policies by id."""

    facts: Mapping[str, LicenseFacts]
    policies: Mapping[str, Policy]


def read_knowledge(roots: Sequence[str | Path] = ()) -> Knowledge:
    """Return what the catalog roots know of licenses; none mean the builtin one.

    Raises:
        CatalogError: if a file is wrong; it has every place.

    """
    reader, builtin = Reader(), builtin_root()
    for folder in folders_of(roots):
        reader.read_shared(builtin, missing_in=folder)
        reader.read_shared(folder)
    if errors := errors_in(reader.problems):
        raise CatalogError(errors)
    return Knowledge(facts=reader.licenses, policies=reader.policies)


def read_policy(path: Path) -> Policy:
    """Return the policy of a file.

    Raises:
        UsageError: if there is no such file.
        CatalogError: if it is wrong, with every place.

    """
    if not path.exists():
        raise UsageError(f"there is no policy file {path}")
    try:
        document = read_yaml(path)
    except UnreadableError as error:
        raise CatalogError((error.problem,)) from error
    policy, problems = check(document, "policy", Policy)
    if policy is None:
        raise CatalogError(problems)
    return policy
