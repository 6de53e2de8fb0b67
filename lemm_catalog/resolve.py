"""From a declared source to the addresses to ask, in order."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lemm_catalog.backends.address import Address
from lemm_catalog.errors import SourceError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.source import Source


def addresses_of(
    artifact: Artifact,
    home: Path | None,
    mirrors: Mapping[str, str],
    tokens: Mapping[str, str],
) -> tuple[Address, ...]:
    """Return where the bytes of an artifact may be asked for.

    A site's own mirror of a URL comes before the URL itself. ``home`` is the folder
    of the manifest, in which a source that is a path lies.

    Raises:
        SourceError: if such a path leads out of the folder.

    """
    return tuple(
        address
        for source in artifact.sources
        for address in _addresses(source, home, mirrors, tokens)
    )


def _addresses(
    source: Source,
    home: Path | None,
    mirrors: Mapping[str, str],
    tokens: Mapping[str, str],
) -> Iterator[Address]:
    if source.path and home:
        yield Address(url=_beside(home, source.path).as_uri())
    if source.url and not source.is_manual:
        for prefix, replacement in mirrors.items():
            if (mirrored := _mirrored(source.url, prefix, replacement)) is not None:
                # A mirror is another origin: the token is not for it.
                yield Address(url=mirrored)
        token = tokens.get(source.token_env) if source.token_env else None
        yield Address(url=source.url, token=token)


def _mirrored(url: str, prefix: str, replacement: str) -> str | None:
    """Return a URL at a mirror of all below a prefix; None if it is not below."""
    stem = prefix.rstrip("/")
    rest = url.removeprefix(stem)
    if not url.startswith(stem) or rest[:1] not in {"", "/", "?", "@"}:
        return None  # https://host/data is no prefix of https://host/database
    return replacement.rstrip("/") + rest


def _beside(home: Path, path: str) -> Path:
    """Return a file beside a manifest; a link must not lead out of the catalog."""
    root = home.resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise SourceError(f"{path}: leads out of the catalog's folder")
    return found
