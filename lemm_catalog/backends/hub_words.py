"""What the Hub means by a refusal: a sentence each, with the page to open.

The Hub answers 401 to who asks for a repository that is private, gated or not there
without a token, 404 to who may not see it; `X-Error-Code` tells some of them apart.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from lemm_catalog.backends.base import CrowdedError
from lemm_catalog.backends.reply import plain
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.source import redact

_LIMIT = re.compile(r'"[^"]*"\s*;\s*r=(\d{1,9})\s*;\s*t=(\d{1,9})', re.ASCII)
_WRONG_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105 - their words
_DISABLED = "Access to this resource is disabled."
_GONE = frozenset({400, 401, 403, 404, 410})
# A limit is told for a window of five minutes: waiting is done in slices that whoever
# waits has patience for.
_LONGEST = 60.0


class LinkRefusedError(PassingError):
    """A link of the Hub's to its storage that expired before it was followed."""


def explain(
    place: HubPlace,
    endpoint: str,
    has_token: bool,
    url: str,
    status: int,
    headers: Mapping[str, str],
) -> SourceError | None:
    """Return what an answer without bytes means; None if it means what it says."""
    shown = redact(place.url)
    if urlsplit(url).netloc != urlsplit(endpoint).netloc:
        if status in _GONE:
            return LinkRefusedError(
                f"{shown}: the Hub's storage refuses the link the Hub gave ({status})"
            )
        return None
    if status == 429:
        more = "" if has_token else "; with HF_TOKEN it allows more"
        return CrowdedError(
            f"{shown}: the Hub wants fewer requests (429){more}",
            retry_after=_wait(headers),
        )
    if status not in {401, 403, 404, 410}:
        return None
    why = _why(place, place.page(endpoint), endpoint, has_token, headers)
    if why is None and status in {404, 410}:
        why = f"the Hub has no such file: see {place.page(endpoint)}"
    if why is None:
        said = headers.get("x-error-message", "")
        words = f": {plain(ValueError(said))}" if said else ""
        why = f"the Hub refuses access{words}: see {place.page(endpoint)}"
    return SourceError(f"{shown}: {why} ({status})")


def _why(
    place: HubPlace,
    page: str,
    endpoint: str,
    has_token: bool,
    headers: Mapping[str, str],
) -> str | None:
    said = headers.get("x-error-message", "").strip()
    if said == _WRONG_TOKEN:
        return (
            "the Hub does not accept the token in use: make another at "
            f"{endpoint}/settings/tokens and set HF_TOKEN"
        )
    if said == _DISABLED:
        return f"the Hub has disabled this repository: see {page}"
    code = headers.get("x-error-code")
    if code == "GatedRepo":
        if has_token:
            return (
                f"is gated, and the token's user has no access: open {page}, accept "
                "the conditions, and see that the token may read gated repositories"
            )
        return f"is gated: open {page}, accept the conditions, set HF_TOKEN"
    if code == "RepoNotFound":
        if has_token:
            return (
                "the Hub has no such repository, or the token in use may not see it: "
                f"see {page}"
            )
        return (
            "the Hub has no such repository, or it is private: see "
            f"{page}; if you may read it, set HF_TOKEN"
        )
    if code == "RevisionNotFound":
        return (
            f"the repository has no revision {place.revision}: see "
            f"{page}/commits/main; lock pins another one"
        )
    if code == "EntryNotFound":
        return (
            f"the repository has no such file at this revision: see {page}/tree/"
            f"{place.revision}"
        )
    return None


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait that an answer asks for."""
    match = _LIMIT.search(headers.get("ratelimit", ""))
    if match and int(match[1]) == 0:
        return min(float(match[2]), _LONGEST)
    asked = headers.get("retry-after", "").strip()
    return float(asked) if re.fullmatch(r"\d{1,9}", asked, re.ASCII) else None
