"""The child's side of the pipe: what an observer hears, as lines of JSON.

Progress comes thousands of times a second and is told four times; everything else is
told at once. The parent reads, and never looks at the disk.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from lemm_catalog.progress import Step

Tell = Callable[[Mapping[str, Any]], None]
_EVERY = 0.25
_DOING = {
    "fetch": "fetching",
    "unpack": "unpacking",
    "verify": "verifying",
    "publish": "publishing",
}

_ORDER = tuple(_DOING)


def to_line(event: Mapping[str, Any]) -> bytes:
    """Return an event as it goes over the pipe."""
    return json.dumps(event, ensure_ascii=True).encode("ascii") + b"\n"


class Begun(NamedTuple):
    """A dataset before the pull: the size of each artifact, and what is here of it."""

    sizes: Mapping[str, int]
    here: Mapping[str, int]


class TellingObserver:
    """Tells the parent what happens."""

    def __init__(self, tell: Tell, begun: Mapping[str, Begun]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._begun = begun
        self._done = {name: dict(one.here) for name, one in begun.items()}
        self._steps: dict[Step, int] = {}
        self._changed: dict[str, tuple[Step, int]] = {}
        self._said = 0.0

    def started(self, step: Step, done: int) -> None:
        """Tell that a step began."""
        with self._lock:
            self._steps[step] = done
            self._note(step)
            self._say()

    def advanced(self, step: Step, count: int) -> None:
        """Tell of progress, four times a second."""
        with self._lock:
            self._steps[step] = self._steps.get(step, 0) + count
            self._note(step)
            if time.monotonic() >= self._said + _EVERY:
                self._say()

    def ended(self, step: Step, error: str | None) -> None:
        """Tell that a step ended."""
        with self._lock:
            if error is None and step.total is not None:
                self._steps[step] = step.total
            self._note(step)
            done = self._steps.pop(step, 0)
            self._changed[step.dataset] = (step, done)
            self._say()
        if error is None and step.verb == "publish":
            self._tell({"event": "published", "id": step.dataset})

    def noted(self, message: str) -> None:
        """Tell a remark."""
        self._tell({"event": "noted", "message": message})

    def _note(self, step: Step) -> None:
        self._changed[step.dataset] = (step, self._steps[step])
        if step.verb == "fetch":
            done = self._done.setdefault(step.dataset, {})
            done[step.path] = self._steps[step]

    def _say(self) -> None:
        changed, self._changed = self._changed, {}
        self._said = time.monotonic()
        rows = {name: self._row(*seen) for name, seen in changed.items()}
        self._tell({"event": "progress", "datasets": rows})

    def _row(self, step: Step, done: int) -> dict[str, Any]:
        # An archive is unpacked while it arrives: what waits for the network leads.
        under_way = [one for one in self._steps if one.dataset == step.dataset]
        if under_way:
            step = min(under_way, key=lambda one: _ORDER.index(one.verb))
            done = self._steps[step]
        known = self._begun.get(step.dataset)
        most = sum(known.sizes.values()) if known else 0
        fetched = sum(self._done.get(step.dataset, {}).values())
        return {
            "state": _DOING[step.verb],
            "done_bytes": max(0, min(fetched, most) if known else fetched),
            "step_done": max(0, done),
            "step_total": step.total,
        }


def begun(paths: Iterable[tuple[str, int, int]]) -> Begun:
    """Return what is known before a pull, of paths with size and missing bytes."""
    rows = list(paths)
    return Begun(
        sizes={path: size for path, size, _ in rows},
        here={path: size - missing for path, size, missing in rows},
    )
