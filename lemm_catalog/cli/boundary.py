"""The error boundary: every expected end of a command is a sentence and a code."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from lemm_catalog.cli.console import Console, OutputClosedError
from lemm_catalog.errors import LemmError

_GO_ON = "what is here stays; run it again to go on"


def guarded(console: Console, action: Callable[[], int], *, debug: bool) -> int:
    """Return the exit code of an action, its errors and signals turned into words."""
    with _sigterm_raises():
        try:
            return action()
        except LemmError as error:
            if debug:
                import traceback

                console.trace(traceback.format_exc())
            console.error(error)
            return error.exit_code
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

    def end(_: int, __: FrameType | None) -> None:
        raise _TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _leave(code: int) -> NoReturn:
    """End at once: threads that wait for a network must not hold us up."""
    os._exit(code)
