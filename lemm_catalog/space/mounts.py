"""What is mounted on this machine, and whether a store can live on it."""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from lemm_catalog.model.space import Mount
from lemm_catalog.rules.placing import USUAL
from lemm_catalog.store.locks import held

_TABLE = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def mounts(table: Path = _TABLE) -> list[Mount]:
    """Return what is mounted, as the kernel says; elsewhere, whether /data is."""
    try:
        text = table.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        # No Linux: macOS and Windows can tell of one folder whether it is a mount.
        is_mount = os.path.ismount(USUAL)
        return (
            [Mount(USUAL, "", writable=os.access(USUAL, os.W_OK))] if is_mount else []
        )
    return [mount for line in text.splitlines() if (mount := _mount(line))]


def _mount(line: str) -> Mount | None:
    """Return what a line of mountinfo says: ``… path options … - type device …``."""
    before, dash, after = line.partition(" - ")
    fields, rest = before.split(" "), after.split(" ")
    if not dash or len(fields) < 6 or len(rest) < 3:
        return None
    options = {*fields[5].split(","), *rest[2].split(",")}
    path = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
    return Mount(path, rest[0], writable="ro" not in options)


def why_not(folder: Path) -> str | None:
    """Return why a store cannot live in a folder, in words; None if it can.

    Buckets that are mounted may lack what the engine rests on. They are not asked
    what they are but tried: writing out of order, flushing, renaming over a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not shutil.disk_usage(folder).total:
            return "it does not say how much it holds"
        place = Path(tempfile.mkdtemp(prefix=".lemm-try-", dir=folder))
    except OSError as error:
        return f"it cannot be written: {error.strerror or error}"
    try:
        return _tried(place)
    except Exception as error:  # noqa: BLE001 - whatever it lacks, it will not do
        why = getattr(error, "strerror", None) or error
        return f"it lacks what a store needs: {why}"
    finally:
        with suppress(OSError):
            shutil.rmtree(place)


def _tried(place: Path) -> str | None:
    old, new = place / "old", place / "new"
    old.write_bytes(b"old")
    with new.open("wb+") as file:
        file.seek(4096)
        file.write(b"last")
        file.seek(0)
        file.write(b"first")
        file.flush()
        os.fsync(file.fileno())
    with held(place / "lock", lambda: None):
        new.replace(old)
    (place / "below").mkdir()
    (place / "below").replace(place / "moved")
    data = old.read_bytes()
    is_right = len(data) == 4100 and data[:5] == b"first" and data[4096:] == b"last"
    return None if is_right else "what is written there does not come back"
