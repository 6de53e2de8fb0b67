"""What a SOURCE means: a path, a repository, a DOI, or an address to ask."""

import re
from typing import Literal, NamedTuple
from urllib.parse import quote

from lemm_catalog.errors import UsageError
from lemm_catalog.harvest.base import escaped, parts_of, shown
from lemm_catalog.harvest.hub import repo_of
from lemm_catalog.model.source import remote_url

_DOI = re.compile(
    r"(?:doi:|https?://(?:dx\.)?doi\.org/|https?://doi\.org/)?(10\.\d{4,9}/\S+)", re.I
)
_ZENODO_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})", re.I | re.A)
_FIGSHARE_DOI = re.compile(r"10\.6084/m9\.figshare\.(\d{1,12})(?:\.v\d+)?", re.I | re.A)
_RECORD = re.compile(r"/records?/(\d{1,12})/?", re.A)
_ARTICLE = re.compile(r"/articles/(?:[^/]+/)+?(\d{1,12})(?:/\d+)?/?", re.A)
_MENDS = (
    "name a URL, hf://datasets/owner/name, a DOI, or a file or folder of this machine"
)


class Services(NamedTuple):
    """Where the services are that answer about DOIs, records and repositories."""

    zenodo: str = "https://zenodo.org"
    datacite: str = "https://api.datacite.org"
    figshare: str = "https://api.figshare.com"
    hub: str = "https://huggingface.co"


class Place(NamedTuple):
    """Something to ask: ``api`` answers in JSON, ``url`` may be anything."""

    kind: Literal["api", "url", "path"]
    at: str


def place_of(source: str, services: Services) -> Place:
    """Return what a source means.

    Raises:
        UsageError: if it means nothing that can be asked.

    """
    if match := _DOI.fullmatch(source):
        return Place("api", _of_doi(match[1], services))
    if not source.strip():
        raise UsageError("SOURCE is empty", mend=_MENDS)
    if "://" not in source:
        return Place("path", source)
    if repo := repo_of(source):
        return Place("api", repo.api(services.hub.rstrip("/")))
    try:
        url = remote_url(escaped(source))
    except ValueError as error:
        raise UsageError(
            f"{shown(source)!a} cannot be asked: it {error}", mend=_MENDS
        ) from error
    if not url.startswith(("http://", "https://")):
        scheme = url.partition(":")[0]
        raise UsageError(f"{scheme}: cannot be described", mend=_MENDS)
    return known_page(url, services) or Place("url", url)


def known_page(url: str, services: Services) -> Place | None:
    """Return what answers for a page of a service that is known; None for others."""
    if repo := repo_of(url):
        return Place("api", repo.api(services.hub.rstrip("/")))
    parts = parts_of(url)
    host, path = parts.hostname or "", parts.path
    if host in {"zenodo.org", "www.zenodo.org", "sandbox.zenodo.org"} and (
        match := _RECORD.fullmatch(path)
    ):
        origin = services.zenodo if host != "sandbox.zenodo.org" else f"https://{host}"
        return Place("api", f"{origin}/api/records/{match[1]}")
    if host.endswith("figshare.com") and (match := _ARTICLE.fullmatch(path)):
        return Place("api", f"{services.figshare}/v2/articles/{match[1]}")
    _, found, rest = parts.query.partition("persistentId=")
    if found and not path.startswith("/api/"):
        persistent = rest.partition("&")[0]
        api = "/api/datasets/:persistentId/?persistentId="
        return Place("api", f"{parts.scheme}://{parts.netloc}{api}{persistent}")
    return None


def _of_doi(doi: str, services: Services) -> str:
    if match := _ZENODO_DOI.fullmatch(doi):
        return f"{services.zenodo}/api/records/{match[1]}"
    if match := _FIGSHARE_DOI.fullmatch(doi):
        return f"{services.figshare}/v2/articles/{match[1]}"
    return f"{services.datacite}/dois/{quote(doi.lower(), safe='')}"
