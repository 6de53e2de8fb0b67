"""The error boundary: every expected end of a command is a sentence and a code."""

import os
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from lemm_catalog.cli.console import Console, OutputClosedError
from lemm_catalog.errors import LemmError

_GO_ON = "what is here stays; run it again to go on"


@contextmanager
def boundary(console: Console, *, debug: bool) -> Iterator[None]:
    """Turn errors and signals into words and exit codes."""
    with _sigterm_raises():
        try:
            yield
        except LemmError as error:
            if debug:
                console.trace(traceback.format_exc())
            console.error(error)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            console.talk(f"interrupted; {_GO_ON}")
            _leave(130)
        except _TerminatedError:
            console.talk(f"terminated; {_GO_ON}")
            _leave(143)
        except OutputClosedError:
            _leave(141)  # whoever read our output has seen enough


class _TerminatedError(BaseException):
    """The process was asked to end."""


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Let SIGTERM unwind like Ctrl-C; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_: int, __: FrameType | None) -> None:
        raise _TerminatedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _leave(code: int) -> NoReturn:
    """End at once: threads that wait for a network must not hold us up."""
    os._exit(code)
