"""What an observer hears, shown: bars on a terminal, lines elsewhere, and a log."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lemm_catalog.cli.console import Console
from lemm_catalog.progress import Observer, SilentObserver, Step
from lemm_catalog.sizes import format_decimal

_DOING = {
    "fetch": "fetching",
    "unpack": "unpacking",
    "verify": "verifying",
    "publish": "publishing",
}
_LINE_SECONDS = 30.0


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
            self._console.talk(f"{_name(step)}{known}{here}")

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
        self._console.talk(f"{_name(step)}: {percent} %")

    def ended(self, step: Step, error: str | None) -> None:
        """Tell that a step ended."""
        self._done.pop(step, None)
        if error is None:
            self._console.talk(f"{_name(step)}: done")

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
        task = self._progress.add_task(_name(step), total=step.total, completed=done)
        self._tasks[step] = task

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
            self.noted(f"{_name(step)}: done{size}")

    def noted(self, message: str) -> None:
        """Leave a line above the bars."""
        self._progress.console.print(message, markup=False, highlight=False)


@contextmanager
def _bars(console: Console) -> Iterator[Observer]:
    from rich.console import Console as RichConsole
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column

    name = TextColumn(
        "{task.description}",
        markup=False,
        table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
    )
    with Progress(
        name,
        BarColumn(bar_width=16),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=RichConsole(stderr=True, no_color=not console.color),
        transient=True,
        expand=True,
    ) as progress:
        yield BarObserver(progress)


class LoggingObserver:
    """Passes everything on, and writes what matters to the log file."""

    def __init__(self, inner: Observer, logger: logging.Logger) -> None:
        self._inner = inner
        self._logger = logger

    def started(self, step: Step, done: int) -> None:
        """Log that a step began."""
        self._logger.info(
            "%s: begun, %d of %s bytes here", _name(step), done, step.total
        )
        self._inner.started(step, done)

    def advanced(self, step: Step, count: int) -> None:
        """Pass it on: progress is not worth a log line."""
        self._inner.advanced(step, count)

    def ended(self, step: Step, error: str | None) -> None:
        """Log how a step ended."""
        if error is None:
            self._logger.info("%s: done", _name(step))
        else:
            self._logger.error("%s: %s", _name(step), error)
        self._inner.ended(step, error)

    def noted(self, message: str) -> None:
        """Log a remark."""
        self._logger.warning("%s", message)
        self._inner.noted(message)


@contextmanager
def logged(inner: Observer, cache_dir: Path) -> Iterator[Observer]:
    """Give an observer that also writes ``logs/lemm_<date>.log``.

    The file is made with the first line, so that a pull with nothing to do leaves
    no trace. A disk that does not take it must not stop the pull.
    """
    logger = logging.Logger("lemm_catalog.pull")
    handler = _LazyFile(cache_dir / "logs" / f"lemm_{datetime.now(UTC):%Y-%m-%d}.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    try:
        yield LoggingObserver(inner, logger)
    finally:
        handler.close()


class _LazyFile(logging.FileHandler):
    """Makes its folder and its file with the first line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self._folder = path.parent

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or give it up if the disk does not take it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            super().emit(record)
        except OSError:
            self.acquire()
            self.release()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name
        """Say nothing: the pull itself will meet a disk that is full."""


def _name(step: Step) -> str:
    path = f"/{step.path}" if step.path else ""
    return f"{_DOING[step.verb]} {step.dataset}{path}"


def _percent(step: Step, done: int) -> int:
    return 100 * done // step.total if step.total else 0
