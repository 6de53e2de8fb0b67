"""The rules of a catalog that no schema can state, one function each.

Each rule takes a manifest in its catalog and gives findings: a key path, a code, a
sentence and a mend. The reader adds file and line.
"""

import difflib
import ipaddress
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import AboutSize, File, License, Manifest, Unpack
from lemm_catalog.model.source import Source, is_pinned_revision
from lemm_catalog.problems import Severity
from lemm_catalog.rules.licensing import license_ids
from lemm_catalog.rules.selection import rungs_of

_PLAIN_SCHEMES = frozenset({"http", "ftp"})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong in one manifest or in the ladder."""

    key: tuple[str | int, ...]
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"


Rule = Callable[[Manifest, Catalog], Iterator[Finding]]


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
                    hint=_near(lower, catalog.phases),
                )
            elif name in rungs_of(catalog.phases, lower):
                yield Finding(
                    key=("phases", name, "extends"),
                    code="phase-cycle",
                    message=f"{name} extends {lower}, which leads back to {name}",
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
            hint = _near(phase, catalog.phases)
            yield Finding(key=key, code="unknown-phase", message=message, hint=hint)


def _parts_exist(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    used = {file.part for file in manifest.files}
    for index, file in enumerate(manifest.files):
        if file.part and file.part not in manifest.parts:
            yield Finding(
                key=("files", index, "part"),
                code="unknown-part",
                message=f"{file.part!r} is not declared under parts",
                hint=_near(file.part, manifest.parts)
                or f"add parts: {{{file.part}: {{}}}}",
            )
    for name in manifest.parts:
        if name not in used:
            message = f"no file belongs to the part {name!r}"
            yield Finding(key=("parts", name), code="unused-part", message=message)


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
            if name.partition(" WITH ")[0].casefold() not in known:
                yield Finding(
                    key=key,
                    code="unknown-license",
                    message=f"no file in licenses/ knows {name}",
                    hint=f"add licenses/{name.lower()}.yaml, or use a known SPDX id",
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
        if credit is None and any(name.casefold() in due for name in names):
            yield Finding(
                key=key,
                code="attribution-missing",
                message=f"{declared.expression} asks for credit and none is given",
                hint='add attribution: "Title by Author"',
            )


def _paths_differ(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for index, file in enumerate(manifest.files):
        folded = unicodedata.normalize("NFC", file.path).casefold()
        if other := seen.get(folded):
            message = f"{file.path!r} and {other!r} are one file on some systems"
            key = ("files", index, "path")
            yield Finding(key=key, code="path-collision", message=message)
        seen[folded] = file.path


def _sources_are_pinned(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    lock = catalog.locks.get(manifest.id)
    for index, file in enumerate(manifest.files):
        locked = bool(lock and lock.files.get(file.path))
        is_strong = locked or any(digest.is_strong for digest in file.digests)
        for source_key, source in _sources(index, file):
            yield from _one_source_is_pinned(file, source_key, source, is_strong)
        if not locked:
            yield from _file_is_pinned(index, file)


def _one_source_is_pinned(
    file: File, key: tuple[str | int, ...], source: Source, is_strong: bool
) -> Iterator[Finding]:
    if source.is_manual and not file.digests:
        yield Finding(
            key=key,
            code="manual-without-digest",
            message="a file that people bring by hand is found by its checksum",
            hint="add checksums: {sha256: ...}",
        )
    scheme = urlsplit(source.url or "").scheme
    if scheme in _PLAIN_SCHEMES and not is_strong:
        yield Finding(
            key=key,
            code="insecure-source",
            message=f"{scheme} can be altered on its way, no strong checksum guards it",
            hint="add checksums: {sha256: ...} or use https",
        )
    is_movable = scheme == "hf" and not is_pinned_revision(source.url or "")
    if is_movable and not is_strong:
        yield Finding(
            key=key,
            code="unpinned-source",
            message="the revision can move and no strong checksum guards it",
            hint="name the full commit: hf://datasets/owner/name@<40-hex>/path",
        )
    yield from _host_is_public(key, source)


def _host_is_public(key: tuple[str | int, ...], source: Source) -> Iterator[Finding]:
    host = urlsplit(source.url or "").hostname or ""
    try:
        is_private = not ipaddress.ip_address(host).is_global
    except ValueError:
        is_private = host == "localhost" or host.endswith((".localhost", ".internal"))
    if host and is_private:
        yield Finding(
            key=key,
            code="private-host",
            message=f"{host} is reachable from some machines only",
            hint="a site's own mirrors belong into the configuration: mirrors",
            severity="warning",
        )


def _file_is_pinned(index: int, file: File) -> Iterator[Finding]:
    key = ("files", index, "size" if file.size is not None else "path")
    if file.digests and isinstance(file.size, int):
        if not any(digest.is_strong for digest in file.digests):
            yield Finding(
                key=("files", index, "checksums"),
                code="weak-checksum",
                message=f"only {file.digests[0].algorithm}, which can be forged",
                hint="add a sha256 when the bytes are at hand",
                severity="warning",
            )
        return
    if isinstance(file.size, AboutSize):
        yield Finding(
            key=key,
            code="unpinned-source",
            message="its exact bytes are not known; pull refuses it until they are",
            hint="pin size and sha256 here or in locks/",
            severity="warning",
        )
        return
    what = (
        "its list of files" if file.is_set else "size" if file.digests else "checksum"
    )
    if not (file.is_set and _has_pinned_revision(file)):
        yield Finding(
            key=key,
            code="unpinned-source",
            message=f"no {what} pins what this source gives",
            hint="add size: and checksums: {sha256: ...}, or pin it in locks/",
        )


def _has_pinned_revision(file: File) -> bool:
    return all(source.url and is_pinned_revision(source.url) for source in file.source)


def _archives_are_bounded(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    archives = [file for file in manifest.files if file.unpack]
    for index, file in enumerate(manifest.files):
        unpack: Unpack | None = file.unpack
        own = unpack.size.unpacked if unpack else 0
        whole = manifest.size.unpacked if len(archives) == 1 else None
        if unpack and own is None and whole is None:
            yield Finding(
                key=("files", index, "unpack"),
                code="unpacked-size-missing",
                message="nothing says how large the archive is once unpacked",
                hint="add size: {unpacked: ...} under unpack, or {about: ...} of it",
            )


def _licenses(manifest: Manifest) -> Iterator[tuple[tuple[str | int, ...], License]]:
    yield ("license",), manifest.license
    for name, part in manifest.parts.items():
        if part.license:
            yield ("parts", name, "license"), part.license


def _sources(index: int, file: File) -> Iterator[tuple[tuple[str | int, ...], Source]]:
    for number, source in enumerate(file.source):
        yield ("files", index, "source", number), source


def _near(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"


RULES: tuple[Rule, ...] = (
    _phases_exist,
    _parts_exist,
    _licenses_are_known,
    _credit_is_given,
    _paths_differ,
    _sources_are_pinned,
    _archives_are_bounded,
)
