"""Locks as they are written and reviewed, and what `lock` did, for people."""

import json
from collections.abc import Iterator
from typing import Any

from lemm_catalog.model.lock import Lock
from lemm_catalog.model.locking import LockOutcome, LockReport, PinChange
from lemm_catalog.render.data import to_json
from lemm_catalog.render.lines import counted, wrapped
from lemm_catalog.sizes import format_decimal, format_size

_MOST_SHOWN = 20
_WORDS = {
    "new": "pinned",
    "changed": "pinned anew",
    "unchanged": "unchanged",
    "open": "not all could be pinned",
    "failed": "failed",
}


def lock_json(lock: Lock) -> str:
    """Return a lock as JSON with a line for each file, so that a diff shows files."""
    data = lock.model_dump(mode="json", by_alias=True, exclude_none=True)
    files = data.pop("files")
    heads = {name: value for name, value in data.items() if value not in ({}, [])}
    lines = [f" {_dumped(name)}: {_dumped(value)}," for name, value in heads.items()]
    sets = [f"  {_dumped(path)}: {_entries(pins)}" for path, pins in files.items()]
    body = ",\n".join(sets)
    return "\n".join(["{", *lines, ' "files": {', body, " }", "}", ""])


def _entries(pins: list[Any]) -> str:
    lines = ",\n".join(f"   {_dumped(pin)}" for pin in pins)
    return f"[\n{lines}\n  ]" if pins else "[]"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)


def report_json(report: LockReport) -> str:
    """Return what `lock` did, for programs."""
    content = {
        "checked": report.checked,
        "datasets": report.datasets,
        "exit_code": report.exit_code,
    }
    return to_json("lock-report", content)


def report_text(report: LockReport, width: int) -> str:
    """Return what `lock` did: a paragraph for each dataset with something to say."""
    told = [
        "\n".join(_outcome(one, width, is_check=report.checked))
        for one in report.datasets
        if one.result != "unchanged" or one.notes
    ]
    quiet = sum(one.result == "unchanged" and not one.notes for one in report.datasets)
    if quiet:
        told.append(f"{counted(quiet, 'dataset')} with nothing to pin anew")
    return "\n".join(told) or "nothing to pin"


def _outcome(one: LockOutcome, width: int, *, is_check: bool) -> Iterator[str]:
    words = _WORDS[one.result]
    if is_check and one.has_changed:
        words = f"{words}, if lock were run"
    size = format_size(one.bytes)
    if one.bytes_before not in {0, one.bytes}:
        size = f"{format_size(one.bytes_before)} before, {size} now"
    yield f"{one.id}  {words}: {counted(one.files, 'file')}, {size}"
    for commit in one.commits:
        was = f"{commit.old[:12]} before, " if commit.old else ""
        yield f"  {commit.root}: {was}{(commit.new or 'none')[:12]} now"
    for sign, changes in (("+", one.added), ("-", one.removed), ("~", one.changed)):
        for change in changes[:_MOST_SHOWN]:
            yield f"  {sign} {change.path}: {_change(change)}"
        if (more := len(changes) - _MOST_SHOWN) > 0:
            yield f"  {sign} {counted(more, 'more file')}; --json tells all"
    for note in one.notes:
        yield wrapped(note, width, first="  ", rest="    ")
    if one.is_written:
        yield f"  written to {one.path}"


def _change(change: PinChange) -> str:
    parts = []
    if change.old_size != change.new_size:
        sizes = (change.old_size, change.new_size)
        parts.append(" → ".join(format_decimal(s) for s in sizes if s is not None))
    if change.old_digest != change.new_digest:
        digests = (change.old_digest, change.new_digest)
        parts.append(" → ".join(_short(d) for d in digests if d is not None))
    return ", ".join(filter(None, parts)) or "other validators"


def _short(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"{algorithm}:{value[:12]}…"
