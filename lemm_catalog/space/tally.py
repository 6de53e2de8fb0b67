"""The parent's side of the pipe: events to one value, purely.

`after` takes what is known and an event of the child, and returns what is known then.
Speeds and times left are added by `timed`, from what was done when.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lemm_catalog.model.plain import read
from lemm_catalog.model.space import (
    UNDER_WAY,
    Space,
    SpaceBudget,
    SpaceDataset,
    SpacePlace,
    SpaceTotals,
)
from lemm_catalog.space.secrets import redacted

_REMARKS = 20
_RESULTS = {"present": "present", "pulled": "present", "failed": "failed"}
# Of a moment that was sampled: seconds, and the bytes done of each dataset.
Sample = tuple[float, Mapping[str, int]]


def after(space: Space, event: Mapping[str, Any]) -> Space:
    """Return how a Space stands after an event.

    Raises:
        ValueError: if the event is none of ours.

    """
    known = {
        "placed": _placed,
        "planned": _planned,
        "progress": _advanced,
        "published": _published,
        "noted": _noted,
        "off": _off,
        "failed": _failed,
        "concluded": _concluded,
    }
    if (name := event.get("event")) not in known:
        raise ValueError(f"{name!r} is no event")
    return _summed(known[name](space, event))


def timed(space: Space, samples: Sequence[Sample]) -> Space:
    """Return a Space with the speeds that the samples show, and what time is left."""
    if len(samples) < 2 or space.state != "pulling":
        return space
    rows = []
    for row in space.datasets:
        speed = _speed(row.id, samples) if row.state == "fetching" else 0
        left = row.download_bytes - row.done_bytes
        rows.append(
            row._replace(bytes_per_second=speed, seconds_left=_seconds(left, speed))
        )
    (begun, before), (now, done) = samples[0], samples[-1]
    gained = sum(done.values()) - sum(before.get(name, 0) for name in done)
    speed = max(0, round(gained / max(now - begun, 0.001)))
    totals = space.totals
    left = totals.download_bytes - totals.done_bytes
    totals = totals._replace(bytes_per_second=speed, seconds_left=_seconds(left, speed))
    return space._replace(datasets=tuple(rows), totals=totals)


def _speed(name: str, samples: Sequence[Sample]) -> int:
    """Return how fast a dataset came, from the moment on at which it began to."""
    first, (now, done) = samples[0][1].get(name, 0), samples[-1]
    still = [moment for moment, known in samples if known.get(name, 0) == first]
    gained = done.get(name, 0) - first
    return max(0, round(gained / max(now - still[-1], 0.001)))


def interrupted(space: Space) -> Space:
    """Return a Space whose child has gone: what was under way waits."""
    rows = (
        row._replace(
            state="queued",
            step_done=0,
            step_total=None,
            bytes_per_second=0,
            seconds_left=None,
        )
        if row.state in UNDER_WAY
        else row
        for row in space.datasets
    )
    totals = space.totals._replace(bytes_per_second=0, seconds_left=None)
    return space._replace(datasets=tuple(rows), totals=totals)


def _seconds(left: int, speed: int) -> int | None:
    return round(left / speed) if speed and left > 0 else None


def _placed(space: Space, event: Mapping[str, Any]) -> Space:
    place = read(SpacePlace, event["place"])
    return space._replace(
        place=place, state="pulling", message="reading the catalog", next_start=None
    )


def _planned(space: Space, event: Mapping[str, Any]) -> Space:
    rows = tuple(_clean(read(SpaceDataset, row)) for row in event["datasets"])
    coming = sum(row.state in UNDER_WAY for row in rows)
    noun = "dataset" if coming == 1 else "datasets"
    offline = " without a network" if event["offline"] else ""
    message = (
        f"pulling {coming} {noun}{offline}" if coming else "looking at what is here"
    )
    return space._replace(
        selection=tuple(event["selection"]),
        budget=read(SpaceBudget, event["budget"]),
        datasets=rows,
        message=message,
        mend="",
        details=(),
    )


def _advanced(space: Space, event: Mapping[str, Any]) -> Space:
    changes = event["datasets"]
    return _with_rows(space, {name: dict(row) for name, row in changes.items()})


def _published(space: Space, event: Mapping[str, Any]) -> Space:
    return _with_rows(space, {event["id"]: {"state": "present"}})


def _noted(space: Space, event: Mapping[str, Any]) -> Space:
    remark = redacted(str(event["message"]))
    kept = [one for one in space.remarks if one != remark]
    return space._replace(remarks=(*kept, remark)[-_REMARKS:])


def _off(space: Space, event: Mapping[str, Any]) -> Space:
    return space._replace(
        state="off",
        settled=True,
        message=f"nothing is pulled: {event['reason']}",
        mend="name a phase in LEMM_DATASET_PHASE, and let auto_download be true",
    )


def _failed(space: Space, event: Mapping[str, Any]) -> Space:
    return space._replace(
        state="halted",
        settled=True,
        message=redacted(str(event["message"])),
        mend=redacted(str(event["mend"])),
        details=tuple(redacted(str(one)) for one in event["details"]),
    )


def _concluded(space: Space, event: Mapping[str, Any]) -> Space:
    changes: dict[str, dict[str, Any]] = {}
    for one in event["datasets"]:
        if state := _RESULTS.get(one["result"]):
            reason = redacted(str(one["message"])) if state == "failed" else ""
            changes[one["id"]] = {"state": state, "reason": reason}
    space = _with_rows(space, changes)
    lacking = [row for row in space.datasets if not _is_enough(row)]
    if not lacking:
        words = "all that is wanted is here"
        return space._replace(state="ready", settled=True, message=words, mend="")
    names = ", ".join(row.id for row in lacking)
    return space._replace(
        state="settled",
        settled=True,
        message=f"not here: {names}",
        mend=next((row.mend for row in lacking if row.mend), ""),
    )


def _with_rows(space: Space, changes: Mapping[str, Mapping[str, Any]]) -> Space:
    rows = (
        row._replace(**changes[row.id]) if row.id in changes else row
        for row in space.datasets
    )
    return space._replace(datasets=tuple(map(_settled, rows)))


def _settled(row: SpaceDataset) -> SpaceDataset:
    if row.state in {"present", "failed"}:
        row = row._replace(
            step_done=0, step_total=None, bytes_per_second=0, seconds_left=None
        )
    if row.state == "present":
        row = row._replace(done_bytes=row.download_bytes, reason="", mend="")
    return row


def _clean(row: SpaceDataset) -> SpaceDataset:
    return row._replace(reason=redacted(row.reason), mend=redacted(row.mend))


def _is_enough(row: SpaceDataset) -> bool:
    # What a policy leaves out, with --commercial for one, was not wanted.
    return row.state == "present" or (row.state == "left-out" and not row.mend)


def _summed(space: Space) -> Space:
    taken: Iterable[SpaceDataset] = [
        row for row in space.datasets if row.state not in {"left-out", "refused"}
    ]
    totals = SpaceTotals(
        datasets=len(space.datasets),
        here=sum(row.state == "present" for row in space.datasets),
        download_bytes=sum(row.download_bytes for row in taken),
        done_bytes=sum(row.done_bytes for row in taken),
    )
    ready = space.state == "ready"
    settled = space.settled and space.state in {"ready", "settled", "halted", "off"}
    return space._replace(totals=totals, ready=ready, settled=settled)
