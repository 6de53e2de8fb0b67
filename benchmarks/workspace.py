"""The folder in which everything happens, and which is gone afterwards."""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.errors import NotMeasurable

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a RAM disk is what it is for
GiB = 1 << 30


class Workspace:
    """A folder for runs, inputs and a home directory of their own.

    With a folder of the user's, the generated inputs stay there for the next time;
    otherwise all is taken away at the end.
    """

    def __init__(self, folder: Path | None, need: int) -> None:
        self._keeps = folder is not None
        base = folder or _roomy(need)
        base.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(base).free
        if free < need:
            raise NotMeasurable(
                f"{base} has {free / GiB:.1f} GiB free and this size needs"
                f" {need / GiB:.1f}: name a roomier folder with --dir"
            )
        self.root = Path(tempfile.mkdtemp(prefix="lemm-benchmarks-", dir=base))
        self.inputs = base / "inputs" if self._keeps else self.root / "inputs"
        self.home = self.root / "home"
        for path in (self.inputs, self.home):
            path.mkdir(exist_ok=True)
        self._numbers = count(1)
        self._deletes_at_once = _is_in_memory(self.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self, name: str) -> Path:
        """Return a new empty folder."""
        path = self.root / f"{next(self._numbers):04}-{name}"
        path.mkdir()
        return path

    def spend(self, path: Path) -> None:
        """Take a folder of a run away, but at once only where later runs do not mind.

        On ext4 without a journal, files made soon after mass deletes get slower and
        slower, so on a disk all deletes wait for the end.
        """
        if self._deletes_at_once:
            shutil.rmtree(path, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Return the variables of every run: no proxies, no settings of the user."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
        }


def _roomy(need: int) -> Path:
    usable = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    if usable and shutil.disk_usage(_SHARED_MEMORY).free >= need:
        return _SHARED_MEMORY
    return Path(tempfile.gettempdir())


def _is_in_memory(path: Path) -> bool:
    """Say whether a folder lies on a tmpfs, by the longest mount point above it."""
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    above = [
        (len(fields[1]), fields[2])
        for fields in (line.split() for line in mounts)
        if path.is_relative_to(fields[1])
    ]
    return max(above, default=(0, ""))[1] == "tmpfs"
