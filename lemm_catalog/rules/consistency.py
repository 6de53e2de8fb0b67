"""The rules of a catalog that no schema can state, one function each.

Each rule takes a manifest in its catalog and gives findings: a key path, a code, a
sentence and a mend. The reader adds file and line.
"""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import accumulate

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.rules.citing import citations_are_well_formed
from lemm_catalog.rules.declared_items import items_can_be_read
from lemm_catalog.rules.finding import Finding, Key, Rule, near
from lemm_catalog.rules.license_rules import LicenseRules, licenses_of
from lemm_catalog.rules.pinning import (
    archives_are_bounded,
    locks_agree,
    sources_are_pinned,
)
from lemm_catalog.rules.selection import rungs_of
from lemm_catalog.rules.suspecting import (
    digests_are_of_something,
    names_hold_everywhere,
    sizes_agree,
    urls_differ,
    urls_stay,
)


def finder(catalog: Catalog) -> Callable[[Manifest], Iterator[Finding]]:
    """Return what gives all that the rules find in a manifest of a catalog."""
    licenses = LicenseRules(catalog)

    def found(manifest: Manifest) -> Iterator[Finding]:
        for rule in RULES:
            yield from rule(manifest, catalog)
        yield from licenses.findings(manifest)

    return found


def findings(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give all that the rules find in one manifest."""
    return finder(catalog)(manifest)


def ladder_findings(catalog: Catalog) -> Iterator[Finding]:
    """Give what is wrong with the phases: unknown names and cycles."""
    for name, phase in catalog.phases.items():
        for lower in phase.extends:
            if lower not in catalog.phases:
                yield Finding(
                    key=("phases", name, "extends"),
                    code="unknown-phase",
                    message=f"extends {lower!r}, which is no phase",
                    hint=near(lower, catalog.phases),
                )
            elif name in rungs_of(catalog.ladder, lower):
                yield Finding(
                    key=("phases", name, "extends"),
                    code="phase-cycle",
                    message=f"{name} extends {lower}, which leads back to {name}",
                    hint="take one of the rungs out of the circle",
                )


def _phases_exist(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    named: list[tuple[tuple[str, ...], str]] = [(("phase",), manifest.phase)]
    named += [
        (("parts", name, "phase"), part.phase)
        for name, part in manifest.parts.items()
        if part.phase
    ]
    for key, phase in named:
        if phase not in catalog.phases:
            message = f"{phase!r} is no phase of this catalog"
            hint = near(phase, catalog.phases)
            yield Finding(key=key, code="unknown-phase", message=message, hint=hint)


def _parts_exist(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    named: list[tuple[Key, str]] = [
        (("files", index, "part"), file.part)
        for index, file in enumerate(manifest.files)
        if file.part
    ]
    named += [
        ((*key, "claims", index, "part"), claim.part)
        for key, declared in licenses_of(manifest)
        for index, claim in enumerate(declared.claims)
        if claim.part
    ]
    for key, part in named:
        if part not in manifest.parts:
            yield Finding(
                key=key,
                code="unknown-part",
                message=f"{part!r} is not declared under parts",
                hint=near(part, manifest.parts) or f"add parts: {{{part}: {{}}}}",
            )
    used = {file.part for file in manifest.files}
    for name in manifest.parts:
        if name not in used:
            yield Finding(
                key=("parts", name),
                code="unused-part",
                message=f"no file belongs to the part {name!r}",
                hint=f"give its files part: {name}, or remove it here",
            )


def _paths_differ(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the files of one path, and those where another needs a folder."""
    seen: dict[str, str] = {}
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for index, file in enumerate(manifest.files):
        folded = unicodedata.normalize("NFC", file.path).casefold().rstrip("/")
        above = list(accumulate(folded.split("/"), "{}/{}".format))[:-1]
        blocking = [files[folder] for folder in above if folder in files]
        if not file.is_set and folded in folders:
            blocking.append(folders[folded])
        key = ("files", index, "path")
        if folded in seen:
            yield _collision(key, _are_one(file.path, seen[folded]))
        elif blocking:
            both = f"{file.path!a} and {blocking[0]!a} cannot both be there"
            yield _collision(key, f"{both}: a file is no folder")
        seen[folded] = file.path
        folders |= dict.fromkeys(above, file.path)
        if not file.is_set:
            files[folded] = file.path


def _collision(key: Key, message: str) -> Finding:
    hint = "give each file a path of its own"
    return Finding(key=key, code="path-collision", message=message, hint=hint)


def _are_one(path: str, other: str) -> str:
    if path == other:
        return f"{path!a} is listed twice"
    # In ASCII, since two spellings of an accent look the same.
    return f"{path!a} and {other!a} are one file on some systems"


RULES: tuple[Rule, ...] = (
    _phases_exist,
    _parts_exist,
    _paths_differ,
    sources_are_pinned,
    locks_agree,
    archives_are_bounded,
    citations_are_well_formed,
    items_can_be_read,
    digests_are_of_something,
    urls_stay,
    urls_differ,
    sizes_agree,
    names_hold_everywhere,
)
