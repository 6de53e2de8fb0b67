"""What an observer hears, shown: bars on a terminal, lines elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lemm_catalog.cli.console import Console, safe
from lemm_catalog.progress import Observer, SilentObserver, Step
from lemm_catalog.sizes import format_decimal

_DOING = {
    "fetch": "fetching",
    "unpack": "unpacking",
    "verify": "verifying",
    "publish": "publishing",
}
_LINE_SECONDS = 30.0
_WIDE = 76  # columns for everything there is to show


@contextmanager
def observing(console: Console) -> Iterator[Observer]:
    """Give the observer that suits where stderr goes."""
    if console.quiet:
        yield SilentObserver()
    elif console.draws:
        with _bars(console) as observer:
            yield observer
    else:
        yield LineObserver(console)


class LineObserver:
    """Writes a line when a step begins and ends, and in between now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._done: dict[Step, int] = {}
        self._said: dict[Step, tuple[float, int]] = {}

    def started(self, step: Step, done: int) -> None:
        """Tell that a step began."""
        with self._lock:
            self._done[step] = done
            self._said[step] = (time.monotonic(), _percent(step, done))
        if step.verb != "publish":
            known = f" of {format_decimal(step.total)}" if step.total else ""
            here = f", {format_decimal(done)} here already" if done else ""
            self._console.talk(f"{name_of(step)}{known}{here}")

    def advanced(self, step: Step, count: int) -> None:
        """Tell of progress every 10 % or half a minute."""
        with self._lock:
            self._done[step] = done = self._done.get(step, 0) + count
            at, said = self._said.get(step, (0.0, 0))
            percent, now = _percent(step, done), time.monotonic()
            if percent < said + 10 and now < at + _LINE_SECONDS:
                return
            # A step of a moment needs no lines between its first and its last.
            self._said[step] = (now, percent)
            if now < at + 1:
                return
        shown = f"{percent} %" if step.total else format_decimal(done)
        self._console.talk(f"{name_of(step)}: {shown}")

    def ended(self, step: Step, error: str | None) -> None:
        """Tell that a step ended."""
        self._done.pop(step, None)
        if error is None:
            self._console.talk(f"{name_of(step)}: done")

    def noted(self, message: str) -> None:
        """Tell a remark."""
        self._console.talk(message)


class BarObserver:
    """Draws a bar for each step under way."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._tasks: dict[Step, Any] = {}

    def started(self, step: Step, done: int) -> None:
        """Add a bar."""
        name = safe(name_of(step))
        self._tasks[step] = self._progress.add_task(
            name, total=step.total, completed=done
        )

    def advanced(self, step: Step, count: int) -> None:
        """Move a bar on."""
        if step in self._tasks:
            self._progress.advance(self._tasks[step], count)

    def ended(self, step: Step, error: str | None) -> None:
        """Take a bar away, and leave a line where one is worth it."""
        if (task := self._tasks.pop(step, None)) is not None:
            self._progress.remove_task(task)
        if error is None and step.verb != "publish":
            size = f"  {format_decimal(step.total)}" if step.total else ""
            self.noted(f"{name_of(step)}: done{size}")

    def noted(self, message: str) -> None:
        """Leave a line above the bars."""
        self._progress.console.print(
            safe(message), markup=False, highlight=False, emoji=False, soft_wrap=True
        )


@contextmanager
def _bars(console: Console) -> Iterator[Observer]:
    from rich.console import Console as RichConsole
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        Task,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column
    from rich.text import Text

    class Bytes(DownloadColumn):
        """How many bytes of how many; nothing for a step that has none."""

        def render(self, task: Task) -> Text:
            is_counted = task.total is not None or task.completed
            return super().render(task) if is_counted else Text()

    stderr = RichConsole(stderr=True, no_color=not console.color)
    name = TextColumn(
        "{task.description}",
        markup=False,
        table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
    )
    # The narrower the terminal, the fewer columns, so that names can be read.
    columns = [
        (0, BarColumn(bar_width=8 if stderr.width < _WIDE else 16)),
        (50, Bytes()),
        (_WIDE, TransferSpeedColumn()),
        (60, TimeRemainingColumn(compact=True)),
    ]
    fitting = [column for least, column in columns if stderr.width >= least]
    with Progress(
        name, *fitting, console=stderr, transient=True, expand=True
    ) as progress:
        yield BarObserver(progress)


def name_of(step: Step) -> str:
    """Return what is done to what, as ``fetching nsynth/train.tar.gz``."""
    path = f"/{step.path}" if step.path else ""
    return f"{_DOING[step.verb]} {step.dataset}{path}"


def _percent(step: Step, done: int) -> int:
    return 100 * done // step.total if step.total else 0
