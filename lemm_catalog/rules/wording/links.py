"""Addresses of license texts, read as the names of the licenses they hold.

An address counts for a license only where its host is known and its whole path is
understood; a known name somewhere in a foreign address says nothing.
"""

import re
from collections.abc import Callable
from typing import Final

from lemm_catalog.rules.wording.naming import (
    VERSIONS,
    Commons,
    Known,
    Name,
    name_of_id,
)
from lemm_catalog.rules.wording.spdx import spelled
from lemm_catalog.rules.wording.tongues import PLACES

_ADDRESS = re.compile(r"https?://(?P<host>[a-z0-9.-]+)(?::(?:80|443))?(?P<path>/.*)?")
# What a chooser or a copied link leaves behind a page's address.
_TRAIL = re.compile(r"(?:\?ref=(?:chooser-v1|openverse|ccsearch))?#?")
_CODE = r"(?:[a-z]{2,3}(?:[-_][a-z]{2,4})?)"
_PAGE = (
    rf"(?:(?:legal-?code|deed|rdf)(?:\.{_CODE})?(?:\.(?:html|txt))?"
    r"|(?:88x31|80x15)\.png)?"
)
_COMMONS = re.compile(
    r"/(?:licenses|l)/(?P<elements>[a-z+-]+)(?:/(?P<version>\d\.\d))?"
    rf"(?:/(?P<place>[a-z]{{2,8}}))?/?{_PAGE}"
)
_DOMAIN = re.compile(
    rf"/(?:publicdomain|p)/(?P<kind>zero|mark)(?:/1\.0)?/?{_PAGE}"
    r"|/(?:share-your-work/)?public-domain/(?P<short>cc0|pdm)"
)
_DEED = re.compile(r"/licenses/publicdomain")
_ODC = {
    "odbl": "ODbL-1.0",
    "by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "dbcl": "LicenseRef-DbCL-1.0",
}
_ODC_PATH = re.compile(
    r"/licenses/(?P<name>odbl|by|pddl|dbcl)(?:/(?:1[.-]0|summary)(?:/index\.html)?)?"
    r"|/licenses/(?P<text>odbl|by|pddl)/(?:odbl-10|odc_by_1\.0_public_text|pddl-10)\.txt"
)
_CDLA = re.compile(r"/(?P<name>permissive|sharing)-(?P<version>[12])-0")
_GNU = re.compile(
    r"/(?:licenses|copyleft)/(?:old-licenses/)?(?P<name>[al]?gpl|fdl)"
    r"(?:-(?P<version>\d\.\d))?(?:-standalone)?(?:\.en)?(?:\.html|\.txt)?"
)
_LISTED = re.compile(r"/licen[sc]es?/(?P<id>[a-z0-9.+-]+?)(?:\.(?:html|txt|json))?")
_OSI_NAMES = {"mit-license": "MIT", "apache2.0": "Apache-2.0"}
_CROWN = re.compile(r"/doc/open-government-licence/version/(?P<version>[123])")
_VERSIONS = {"GPL": "1.0 2.0 3.0", "LGPL": "2.0 2.1 3.0", "AGPL": "1.0 3.0"}


def address_of(link: str) -> str | None:
    """Return host and path of an address in one spelling, None for what is no page."""
    match = _ADDRESS.fullmatch(link)
    if not match:
        return None
    path, _, rest = (match["path"] or "").replace("\\", "").partition("?")
    path, mark, rest_of_path = path.partition("#")
    rest = f"?{rest}" if rest else f"{mark}{rest_of_path}"
    trail = "" if _TRAIL.fullmatch(rest) else rest
    return match["host"].removeprefix("www.") + path.rstrip("/") + trail


def named_by_link(link: str) -> Name | None:
    """Return the license whose text or summary lies at an address, or None."""
    address = address_of(link)
    if address is None:
        return None
    host, _, path = address.partition("/")
    read = _READERS.get(host)
    return read(f"/{path}") if read else None


def _commons(path: str) -> Name | None:
    if match := _DOMAIN.fullmatch(path):
        mark = match["kind"] == "mark" or match["short"] == "pdm"
        return Known(("CC-PDM-1.0" if mark else "CC0-1.0",), path)
    if _DEED.fullmatch(path):
        return Known(("CC-PDDC",), path)
    match = _COMMONS.fullmatch(path)
    if not match or match["version"] not in {*VERSIONS, None}:
        return None
    elements = match["elements"].split("-")
    if not set(elements) <= {"by", "nc", "nd", "sa"}:
        return None
    if match["place"] and match["place"] not in PLACES:
        return None
    name = Commons(frozenset(elements), match["version"], match["place"])
    return name if name.exists else None


def _data_commons(path: str) -> Name | None:
    match = _ODC_PATH.fullmatch(path)
    return Known((_ODC[match["name"] or match["text"]],), path) if match else None


def _data_agreement(path: str) -> Name | None:
    match = _CDLA.fullmatch(path)
    id_ = spelled(f"CDLA-{match['name']}-{match['version']}.0") if match else None
    return Known((id_,), path) if id_ else None


def _gnu(path: str) -> Name | None:
    match = _GNU.fullmatch(path)
    if not match:
        return None
    name = {"FDL": "GFDL"}.get(match["name"].upper(), match["name"].upper())
    listed = _VERSIONS.get(name, "1.1 1.2 1.3").split()
    versions = [match["version"]] if match["version"] else listed
    ids = [spelled(f"{name}-{version}-only") for version in versions]
    known = tuple(id_ for id_ in ids if id_)
    return Known(known, path) if known else None


def _listed(path: str) -> Name | None:
    match = _LISTED.fullmatch(path)
    id_ = spelled(match["id"]) if match else None
    if match and id_ is None:
        id_ = _OSI_NAMES.get(match["id"])
    return name_of_id(id_) if id_ else None


def _apache(path: str) -> Name | None:
    match = re.fullmatch(
        r"/licenses/license-(?P<version>\d\.\d)(?:\.html|\.txt)?", path
    )
    id_ = spelled(f"Apache-{match['version']}") if match else None
    return Known((id_,), path) if id_ else None


def _crown(path: str) -> Name | None:
    match = _CROWN.fullmatch(path)
    return Known((f"OGL-UK-{match['version']}.0",), path) if match else None


def _unlicense(path: str) -> Name | None:
    return Known(("Unlicense",), path) if path == "/" else None


_READERS: Final[dict[str, Callable[[str], Name | None]]] = {
    "creativecommons.org": _commons,
    "i.creativecommons.org": _commons,
    "licensebuttons.net": _commons,
    "opendatacommons.org": _data_commons,
    "cdla.dev": _data_agreement,
    "cdla.io": _data_agreement,
    "gnu.org": _gnu,
    "opensource.org": _listed,
    "spdx.org": _listed,
    "choosealicense.com": _listed,
    "apache.org": _apache,
    "unlicense.org": _unlicense,
    "nationalarchives.gov.uk": _crown,
}
