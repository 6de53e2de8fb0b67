"""Files and folders of this machine, described from their bytes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lemm_catalog.errors import LocalError, RefusedError, UsageError
from lemm_catalog.harvest.asking import MOST_DOCUMENT, json_of
from lemm_catalog.harvest.base import MOST_FILES
from lemm_catalog.harvest.values import clean
from lemm_catalog.model.draft import Found, FoundFile, Remark

_DOCUMENTS = ("croissant.json", "datapackage.json")


def document_at(path: Path) -> Any:
    """Return the JSON document of a file; None if it is not meant as one.

    Raises:
        LocalError: if it cannot be read.
        UsageError: if it is too large, or no JSON.

    """
    # Unlike a Path's own, these take an impossible name for one that is not there.
    is_file = os.path.isfile(path)  # noqa: PTH113
    if not is_file or path.suffix.lower() not in {".json", ".jsonld"}:
        return None
    try:
        if path.stat().st_size > MOST_DOCUMENT:
            message = (
                f"{path}: is larger than the {MOST_DOCUMENT:,} bytes that are read"
            )
            raise UsageError(message)
        return json_of(path.read_bytes())
    except OSError as error:
        raise LocalError(
            f"{path}: cannot be read: {error.strerror or error}"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error


def describe(path: Path) -> Found:
    """Return what there is: one file, or all of a folder, by their names.

    Raises:
        UsageError: if there is nothing.
        RefusedError: if there are more files than a manifest holds.

    """
    remarks: list[Remark] = []
    if os.path.isfile(path):  # noqa: PTH113
        files = [FoundFile(name=path.name, beside=path.name, local=True)]
        return Found(title=clean(path.stem), name=clean(path.stem), files=tuple(files))
    if not os.path.isdir(path):  # noqa: PTH112
        raise UsageError(
            f"there is no file or folder {str(path)[:200]!a}",
            mend="a URL begins with https://, a repository with hf://",
        )
    files = []
    for inner, why_not in _below(path):
        name = inner.relative_to(path).as_posix()
        if not _is_text(name):
            why_not = "its name is no text in UTF-8: rename it"
        if why_not:
            remarks.append(Remark(f"files ({clean(name)})", f"left out: {why_not}"))
            continue
        if name in _DOCUMENTS:
            said = "describes the data too: `new` reads it when you name it"
            remarks.append(Remark(f"files ({name})", said, "judge"))
        files.append(FoundFile(name=name, beside=name, local=True))
        if len(files) > MOST_FILES:
            message = f"{path}: has more than {MOST_FILES} files"
            raise RefusedError(message, mend="pack them into archives first")
    title = clean(path.resolve().name)
    return Found(title=title, name=title, files=tuple(files), remarks=tuple(remarks))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Give each file in order, or why it is none to describe."""

    def failed(error: OSError) -> None:
        raise LocalError(f"{error.filename}: cannot be read: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=failed):
        for name in sorted(folders):
            if (Path(place) / name).is_symlink():
                yield Path(place) / name, "is a link"
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith("."):
                continue
            if path.is_symlink() or not path.is_file():
                yield path, "is a link, or no plain file"
            else:
                yield path, ""
