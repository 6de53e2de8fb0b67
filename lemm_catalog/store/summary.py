"""``dataset_status.json``: what is here, in the guide's shape, derived from receipts.

The guide's tool kept its state in a file of this name. What such a file says is no
proof of anything, so it is read for its words alone, and set aside, never lost, when
ours takes its place.
"""

import json
import os
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from lemm_catalog.model.receipt import Receipt
from lemm_catalog.store.files import (
    is_folder,
    move,
    names_in,
    write_atomically,
)
from lemm_catalog.store.layout import Layout
from lemm_catalog.store.locks import held
from lemm_catalog.store.receipts import read_verification, receipts_in

SCHEMA = "lemm-catalog/dataset_status@1"
# Ours has less than 400 bytes for each dataset.
MOST_BYTES = 16 * 1024 * 1024
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Summary(NamedTuple):
    """What lies at the summary's place, and what it says.

    ``odd`` is what makes no sense, with the ``reason`` in words; ``older`` is the
    guide's tool's, whose ``downloaded`` proves nothing.
    """

    kind: Literal["none", "ours", "older", "odd"]
    reason: str = ""
    downloaded: Mapping[str, Any] = _NOTHING
    failed: Mapping[str, str] = _NOTHING
    updated: str | None = None


def read_summary(place: Path) -> Summary:
    """Return what lies at the summary's place; links and giants are not read."""
    try:
        info = place.lstat()
        if not stat.S_ISREG(info.st_mode):
            return Summary("odd", "it is a link, a folder or a device, and no file")
        if info.st_size > MOST_BYTES:
            return Summary("odd", f"it has {info.st_size:,} bytes, and is not read")
        raw = place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Summary("none")
    except OSError as error:
        return Summary("odd", f"it cannot be read: {error.strerror or error}")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return Summary("odd", f"it is no JSON: {error}")
    downloaded = found.get("downloaded") if isinstance(found, dict) else None
    if not isinstance(downloaded, dict):
        return Summary("odd", "it has no `downloaded` that maps ids to records")
    if found.get("schema") != SCHEMA:
        return Summary("older", "another tool wrote it", downloaded)
    failed = found.get("failed")
    pairs = failed.items() if isinstance(failed, dict) else ()
    words = {name: text for name, text in pairs if isinstance(text, str)}
    updated = found.get("last_updated")
    when = updated if isinstance(updated, str) else None
    return Summary("ours", "", downloaded, words, when)


def write_summary(
    layout: Layout, receipts: Iterable[Receipt], failures: Mapping[str, str] = _NOTHING
) -> None:
    """Write the summary anew, inside its lock; what is not ours is set aside.

    ``failures`` adds to those it has: of each dataset, why it could not be brought.
    They go when the dataset is here.

    Raises:
        LocalError: if the disk does not let it, or a folder is in its place.

    """
    before = read_summary(layout.summary)
    if before.kind in {"older", "odd"} and not is_folder(layout.summary):
        move(layout.summary, _free_place(layout.summary))
    doubted = forgotten(layout)
    here = sorted(
        (receipt for receipt in receipts if receipt.id not in doubted),
        key=lambda receipt: receipt.id,
    )
    downloaded = {receipt.id: record_of(layout, receipt) for receipt in here}
    failed = {**before.failed, **failures}
    total = sum(receipt.bytes_on_disk for receipt in here)
    summary = {
        "schema": SCHEMA,
        "downloaded": downloaded,
        "failed": {k: v for k, v in sorted(failed.items()) if k not in downloaded},
        "last_updated": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "downloaded_size_gb": round(total / 1e9, 6),
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    write_atomically(layout.summary, text)


def summarize(layout: Layout, failures: Mapping[str, str] = _NOTHING) -> None:
    """Write the summary anew from the receipts, with why datasets were not brought.

    Raises:
        LocalError: if the disk does not let it, or a folder is in its place.

    """
    with held(layout.summary_lock, lambda: None):
        write_summary(layout, receipts_in(layout), failures)


def record_of(layout: Layout, receipt: Receipt) -> dict[str, Any]:
    """Return what the summary says of one dataset."""
    return {
        "name": receipt.title,
        "path": str(layout.dataset(receipt.id)),
        "size_gb": round(receipt.bytes_on_disk / 1e9, 6),
        "license": receipt.license,
        "downloaded_at": receipt.completed,
    }


def forgotten(layout: Layout) -> frozenset[str]:
    """Return the datasets of which something is to be fetched anew, damaged or not."""
    found = set()
    for name in names_in(layout.private / "verified"):
        known = read_verification(layout.private / "verified" / name)
        if known and any(not files for files in known.damaged.values()):
            found.add(name.removesuffix(".json"))
    return frozenset(found)


def _free_place(place: Path) -> Path:
    """Return a name beside a file that nothing has: ``dataset_status.old.json``."""
    number, marks = 0, ".old"
    while os.path.lexists(free := place.with_suffix(f"{marks}{place.suffix}")):
        number += 1
        marks = f".old-{number}"
    return free
