"""What is logged: a pull's log file beside the data, and with -v every request."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from lemm_catalog.cli.console import Console, safe
from lemm_catalog.cli.progress import name_of
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.progress import Observer, Step

# A signed URL carries its signature behind the question mark, others a password.
_QUERY = re.compile(r"\?[^\s\"']+")
_USER = re.compile(r"(?<=://)[^/\s@]+@")
# What is kept at most: 20 files of 8 MB.
MOST_BYTES = 8_000_000
MOST_FILES = 20


class LoggingObserver:
    """Passes everything on, and writes what matters to the log file."""

    def __init__(self, inner: Observer, logger: logging.Logger) -> None:
        self._inner = inner
        self._logger = logger

    def started(self, step: Step, done: int) -> None:
        """Log that a step began."""
        known = "" if step.total is None else f", {done} of {step.total} bytes here"
        self._logger.info("%s: begun%s", name_of(step), known)
        self._inner.started(step, done)

    def advanced(self, step: Step, count: int) -> None:
        """Pass it on: progress is not worth a log line."""
        self._inner.advanced(step, count)

    def ended(self, step: Step, error: str | None) -> None:
        """Log how a step ended."""
        if error is None:
            self._logger.info("%s: done", name_of(step))
        else:
            self._logger.error("%s: %s", name_of(step), error)
        self._inner.ended(step, error)

    def noted(self, message: str) -> None:
        """Log a remark."""
        self._logger.warning("%s", message)
        self._inner.noted(message)

    def concluded(self, outcome: Outcome) -> None:
        """Log which datasets failed, and why."""
        for dataset in outcome.datasets:
            if dataset.result == "failed":
                self._logger.error("%s: failed: %s", dataset.id, dataset.message)


@contextmanager
def logged(inner: Observer, cache_dir: Path) -> Iterator[LoggingObserver]:
    """Give an observer that also writes ``logs/lemm_<date>.log``.

    The file is made with the first line, so that a pull with nothing to do leaves
    no trace. A file that grows too long is followed by another one of the day, and
    the oldest go. A disk that does not take it must not stop the pull.
    """
    logger = logging.Logger("lemm_catalog.pull")
    handler = _LazyFile(cache_dir / "logs" / f"lemm_{datetime.now(UTC):%Y-%m-%d}.log")
    logger.addHandler(handler)
    try:
        yield LoggingObserver(inner, logger)
    finally:
        handler.close()


@contextmanager
def requests_told(console: Console) -> Iterator[None]:
    """Tell every request that is made, if the user wants to hear more."""
    if not console.verbose:
        yield
        return
    logger, handler = logging.getLogger("lemm_catalog.http"), _Telling(console)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


class _LazyFile(logging.FileHandler):
    """Makes its folder and its file with the first line, and never too long a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self._path = path
        form = logging.Formatter(
            "%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"
        )
        form.converter = time.gmtime
        self.setFormatter(form)

    def format(self, record: logging.LogRecord) -> str:
        """Return one line: what strangers wrote cannot forge another."""
        text = safe(super().format(record)).replace("\n", " ")
        return without_secrets(text)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or give it up if the disk does not take it."""
        with suppress(OSError):
            if self.stream is None:
                self._begin()
            elif self.stream.tell() >= MOST_BYTES:
                self.close()
                self._begin()
            super().emit(record)

    def _begin(self) -> None:
        """Choose the file to go on with, and drop the oldest ones."""
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True)
        number, place = 0, self._path
        while place.exists() and place.stat().st_size >= MOST_BYTES:
            number += 1
            place = self._path.with_stem(f"{self._path.stem}-{number}")
        self.baseFilename = str(place.absolute())
        others = [one for one in folder.glob("lemm_*.log") if one != place]
        others.sort(key=lambda one: one.stat().st_mtime)
        for one in others[: max(0, len(others) + 1 - MOST_FILES)]:
            one.unlink()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name
        """Say nothing: the pull itself will meet a disk that is full."""


class _Telling(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one request, without what may be a secret."""
        self._console.talk("  " + without_secrets(record.getMessage()))


def without_secrets(text: str) -> str:
    """Return text whose URLs have no query, user and password any more."""
    return _USER.sub("", _QUERY.sub("?…", text))
