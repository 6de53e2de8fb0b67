"""Putting files of a catalog in order: text in, text out, and only what differs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lemm_catalog.load.tidy import tidied
from lemm_catalog.store.files import write_atomically

_FOLDERS = {"datasets": "manifest", "licenses": "license", "policies": "policy"}


def fixed(paths: Iterable[Path]) -> Iterator[Path]:
    """Put manifests, folders of them, or catalogs in order; give what changed.

    Raises:
        LocalError: if the disk does not let it.

    """
    for path, kind in _files(paths):
        text = tidied(path, kind)
        if text is not None:
            mode = path.stat().st_mode & 0o777
            write_atomically(path, text)
            path.chmod(mode)
            yield path


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        if (path / "datasets").is_dir():
            for name, kind in _FOLDERS.items():
                yield from ((one, kind) for one in sorted((path / name).glob("*.yaml")))
            if (path / "phases.yaml").is_file():
                yield path / "phases.yaml", "phases"
        elif path.is_dir():
            yield from ((one, "manifest") for one in sorted(path.glob("*.yaml")))
        else:
            yield path, "manifest"
