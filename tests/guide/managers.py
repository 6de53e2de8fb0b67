"""Managers over small catalogs whose sources lie beside the manifests."""

from pathlib import Path
from typing import Any

from lemm_catalog import DatasetManager
from lemm_catalog.progress import SilentObserver
from tests.stores import a_file, settings, write_dataset


class Notes(SilentObserver):
    """Keeps what is worth a line."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def noted(self, message: str) -> None:
        self.said.append(message)


def a_shelf(root: Path, *names: str, size: int = 1000) -> Path:
    """Write a catalog of datasets of one file each; return its root."""
    for name in names:
        file = a_file(f"{name}.bin", name.encode() * size)
        write_dataset(root, [file], name, phase="minimal")
    return root


def a_manager(
    tmp_path: Path, observer: SilentObserver | None = None, **more: Any
) -> DatasetManager:
    """Open a manager over ``tmp_path/catalog`` and ``tmp_path/cache``."""
    chosen = settings(tmp_path / "cache", catalog=(str(tmp_path / "catalog"),), **more)
    return DatasetManager(settings=chosen, observer=observer)
