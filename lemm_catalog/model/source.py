"""Where an artifact's bytes come from, as a manifest declares it.

A manifest is untrusted input. A source is a URL of a scheme that reaches out to the
network, a file beside the manifest, or words that tell a person what to fetch.
Schemes that read this machine (``file``, ``memory``), that nest other URLs (``::``)
or carry credentials are refused here, once, for every reader.
"""

import re
from typing import NamedTuple

# Remote schemes that fsspec opens, apart from http and https, which are ours.
REMOTE_SCHEMES = frozenset(
    {"http", "https", "hf", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl"}
    | {"ftp", "sftp", "ssh", "webdav", "oci", "oss"}
)
_HUB = re.compile(
    r"hf://(?P<kind>datasets|spaces|models)/(?P<repo>[^/@]+/[^/@]+)"
    r"@(?P<revision>[^/@]+)/(?P<path>.*)",
    re.ASCII,
)
# A URL without any of these has nothing to hide, and there are thousands of them.
_SECRETIVE = frozenset("@?#")
_SITE = re.compile(r"[^/?#]*//[^/?#]*")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


def remote_url(text: str) -> str:
    """Return a URL that a manifest may name, unchanged.

    Raises:
        ValueError: if the scheme is not a remote one, the URL holds credentials or
            white space, or nests another URL.

    """
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", text) or not text.isascii():
        raise ValueError("holds a space, a control or a non-ASCII character; escape it")
    if "::" in text:
        raise ValueError("nests one URL in another, which a manifest must not")
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    # Not `parts.scheme`, which is lower case whatever was written: what compares
    # URLs by their beginning, mirrors for one, must not be fooled by HTTPS://.
    scheme = text.partition(":")[0]
    if scheme not in REMOTE_SCHEMES:
        known = ", ".join(sorted(REMOTE_SCHEMES))
        raise ValueError(f"{scheme}: is not a remote scheme ({known})")
    if not parts.netloc or parts.netloc.startswith(":"):
        raise ValueError("names no host")
    if parts.scheme != "hf" and "@" in parts.netloc:
        raise ValueError("holds credentials; use token_env")
    if "[" in parts.netloc or "]" in parts.netloc:
        raise ValueError("names its host by a bracketed address, not by name")
    if parts.scheme in {"http", "https"}:
        _ = parts.port  # raises ValueError when it is not a number
    return text


def is_pinned_revision(url: str) -> bool:
    """Whether a URL names an immutable commit of a Hub repository."""
    match = _HUB.fullmatch(url)
    return bool(match and _COMMIT.fullmatch(match["revision"]))


def site_of(url: str) -> str:
    """Return the beginning of a URL, which thousands on one host have in common."""
    found = _SITE.match(url)
    return found[0] if found else url


def redact(url: str) -> str:
    """Return a URL without user, password, query and fragment, fit to be shown."""
    if not _SECRETIVE & set(url):
        return url
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    host = parts.netloc if parts.scheme == "hf" else parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()


class Source(NamedTuple):
    """One way to get an artifact: exactly one of a URL, a file beside, or a person."""

    url: str | None = None
    path: str | None = None
    manual: str | None = None
    token_env: str | None = None

    @property
    def is_manual(self) -> bool:
        """Whether a person must bring the file."""
        return self.manual is not None

    @property
    def shown(self) -> str:
        """The source in a form that is fit to be printed."""
        if self.is_manual:
            return f"manual: {redact(self.url)}" if self.url else "manual"
        return redact(self.url) if self.url else str(self.path)
