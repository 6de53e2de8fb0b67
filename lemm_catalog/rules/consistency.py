"""The rules of a catalog that no schema can state, one function each.

Each rule takes a manifest in its catalog and gives findings: a key path, a code, a
sentence and a mend. The reader adds file and line.
"""

import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import License, Manifest
from lemm_catalog.rules.declared_items import items_can_be_read
from lemm_catalog.rules.finding import Finding, Key, Rule, near
from lemm_catalog.rules.licensing import license_ids
from lemm_catalog.rules.pinning import (
    archives_are_bounded,
    locks_agree,
    sources_are_pinned,
)
from lemm_catalog.rules.selection import rungs_of


def findings(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give all that the rules find in one manifest."""
    for rule in RULES:
        yield from rule(manifest, catalog)


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
        for key, declared in _licenses(manifest)
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


def _licenses_are_known(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    known = {id_.casefold() for entry in catalog.licenses.values() for id_ in entry.ids}
    for key, declared in _licenses(manifest):
        ids = license_ids(declared.expression)
        if ids is None:
            yield Finding(
                key=key,
                code="bad-expression",
                message=f"{declared.expression!r} is not an SPDX license expression",
                hint="for example CC-BY-4.0, or LicenseRef-Name with a file of its own",
            )
        for name in ids or ():
            if _license_itself(name) not in known:
                yield Finding(
                    key=key,
                    code="unknown-license",
                    message=f"no file in licenses/ knows {name}",
                    hint="name a license by its SPDX id, or describe it in licenses/",
                )


def _credit_is_given(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    due = {
        id_.casefold()
        for entry in catalog.licenses.values()
        if "attribution" in entry.requires
        for id_ in entry.ids
    }
    for key, declared in _licenses(manifest):
        names = license_ids(declared.expression) or ()
        credit = declared.attribution or manifest.license.attribution
        if credit is None and any(_license_itself(name) in due for name in names):
            yield Finding(
                key=key,
                code="attribution-missing",
                message=f"{declared.expression} asks for credit and none is given",
                hint='add attribution: "Title by Author"',
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


def _license_itself(name: str) -> str:
    return name.partition(" WITH ")[0].casefold()


def _licenses(manifest: Manifest) -> Iterator[tuple[Key, License]]:
    yield ("license",), manifest.license
    for name, part in manifest.parts.items():
        if part.license:
            yield ("parts", name, "license"), part.license


RULES: tuple[Rule, ...] = (
    _phases_exist,
    _parts_exist,
    _licenses_are_known,
    _credit_is_given,
    _paths_differ,
    sources_are_pinned,
    locks_agree,
    archives_are_bounded,
    items_can_be_read,
)
