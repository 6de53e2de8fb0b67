"""What lies around manifests: their folder, their catalog, the files beside them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lemm_catalog.load.document import Document
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import Problem


def catalog_around(path: Path) -> Path | None:
    """Return the catalog that a manifest, or a folder of them, belongs to."""
    folder = path.absolute() if path.is_dir() else path.absolute().parent
    return folder.parent if folder.name == "datasets" else None


def ids_around(paths: Iterable[Path]) -> set[str]:
    """Return the ids of the catalogs some manifests lie in, by their files' names."""
    homes = {home for home in map(catalog_around, paths) if home}
    return {one.stem for home in homes for one in (home / "datasets").glob("*.yaml")}


def listed(folder: Path, suffix: str, problems: list[Problem]) -> list[Path]:
    """Return the files of a folder in order; foreign names become problems."""
    if not folder.is_dir():
        return []
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        problems.append(Problem(path=str(folder), code="unreadable", message=message))
        return []
    found: list[Path] = []
    for path in paths:
        if path.name.startswith("."):
            continue  # left by an editor or a Mac
        if path.suffix == suffix:
            found.append(path)
        elif path.suffix in {".yml", ".json"} and suffix == ".yaml":
            message = f"is not read; name it {path.stem}{suffix}"
            problems.append(
                Problem(
                    path=str(path), severity="warning", code="unread", message=message
                )
            )
    return found


def missing_companions(manifest: Manifest, document: Document) -> Iterator[Problem]:
    """Give what sources that are paths name, and what is not there."""
    home = Path(document.path).parent
    for index, file in enumerate(manifest.files):
        for number, source in enumerate(file.source):
            key: tuple[Any, ...] = ("files", index, "source", number)
            if source.path and not (home / source.path).exists():
                message = f"there is no {source.path} beside this manifest"
                hint = "put the file there; a URL begins with https://"
                yield document.problem(key, "missing-companion", message, hint=hint)


def unsettled(document: Document) -> Iterator[Problem]:
    """Give what a draft still leaves to a person; the key says nothing to a program."""
    left = document.data.get("x-todo") if isinstance(document.data, dict) else None
    if left:
        count = len(left) if isinstance(left, list) else 1
        what = "1 thing is" if count == 1 else f"{count} things are"
        yield document.problem(
            ("x-todo",),
            "todo-left",
            f"{what} still to be settled",
            hint="settle each, then take x-todo out",
            severity="warning",
        )
