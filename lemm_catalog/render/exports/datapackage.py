"""Data Package 2.0: a descriptor for each dataset, as Frictionless describes it.

Several paths of one resource would be its pieces, so that mirrors are its sources.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lemm_catalog.digest import LENGTHS
from lemm_catalog.model.export import Exported, ExportedFile, Form, Licensed
from lemm_catalog.render.data import dumped
from lemm_catalog.render.exports.base import (
    Kind,
    by_hand,
    clean,
    description,
    host,
    tokens,
    unpacked,
)

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_FORM = Form(
    name="a Data Package",
    algorithms={name: name for name in LENGTHS},
    schemes=frozenset({"http", "https", "ftp"}),
    neighbors=re.compile(r"(?![.~])(?!.*/\.).+"),
    needs_files=True,
)
_NO_NAME = re.compile(r"[^a-z0-9._-]+")


def _render(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give the descriptor of each dataset."""
    for one in datasets:
        yield dumped(_package(one))


def _package(one: Exported) -> dict[str, Any]:
    licenses = [entry for license_ in one.licenses for entry in _licenses(license_)]
    is_compound = any(
        [named.id for named in license_.named] != [license_.expression]
        for license_ in one.licenses
    )
    known = {
        "description": description(one),
        "homepage": one.homepage,
        "version": one.version,
        "keywords": one.keywords,
        "licenses": [e for at, e in enumerate(licenses) if e not in licenses[:at]],
        # Not of the standard, which has no word for "and" and "or" of licenses.
        "licenseExpression": _joined(one.licenses) if is_compound else None,
        "sources": _sources(one),
        # Nor for these, which the standard lets stand.
        "citation": one.citation,
        "languages": one.languages,
        "attribution": "; ".join(one.credits),
    }
    names = _names(one.files)
    resources = [
        _resource(one, name, file) for name, file in zip(names, one.files, strict=True)
    ]
    return {
        "$schema": _PROFILE,
        "name": one.id,
        "id": one.id,
        "title": clean(one.title),
        **{key: value for key, value in known.items() if value},
        "resources": resources,
    }


def _resource(one: Exported, name: str, file: ExportedFile) -> dict[str, Any]:
    urls = [place.url for place in file.places]
    first, *_ = [*urls, *filter(None, [file.neighbor])]
    places = [{"title": host(place), "path": place.url} for place in file.places]
    several = len(one.licenses) > 1
    known = {
        "description": " ".join(tokens(file)),
        "sources": places,
        "licenses": _licenses(one.licenses[file.license]) if several else None,
        "unpack": {"contentSize": unpacked(file)} if file.is_unpacked else None,
    }
    return {
        "name": name,
        "title": file.path,
        "type": "file",
        "path": first,
        "mediatype": file.media,
        "bytes": file.size,
        "hash": str(file.digests[0]),
        **{key: value for key, value in known.items() if value},
    }


def _licenses(license_: Licensed) -> list[dict[str, str]]:
    found = (
        {"name": named.id, "path": named.url, "title": named.title}
        for named in license_.named
    )
    return [{key: text for key, text in one.items() if text} for one in found]


def _joined(licenses: Sequence[Licensed]) -> str:
    """Return the licenses of several parts as one expression: all of them hold."""
    expressions = [license_.expression for license_ in licenses]
    several = len(expressions) > 1
    return " AND ".join(
        f"({text})" if several and " " in text else text for text in expressions
    )


def _sources(one: Exported) -> list[dict[str, str]]:
    page = [{"title": clean(one.title), "path": one.homepage}] if one.homepage else []
    return page + [{"title": f"By hand: {by_hand(task)}"} for task in one.by_hand]


def _names(files: Sequence[ExportedFile]) -> list[str]:
    """Return a name for each file, of letters that a name may have; no two alike."""
    found: dict[str, None] = {}
    for file in files:
        base = _NO_NAME.sub("-", file.path.lower()).strip("-") or "file"
        name, count = base, 1
        while name in found:
            count += 1
            name = f"{base}-{count}"
        found[name] = None
    return list(found)


KIND = Kind(form=_FORM, render=_render, own_file="datapackage.json")
