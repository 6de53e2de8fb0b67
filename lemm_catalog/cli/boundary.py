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
    with _signals_raise():
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
        except _TerminatedError as error:
            console.talk(f"terminated; {_GO_ON}")
            _leave(128 + error.signal)
        except OutputClosedError:
            _leave(141)  # whoever read our output has seen enough


class _TerminatedError(BaseException):
    """The process was asked to end, by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.signal = number


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM, and the end of a terminal, unwind like Ctrl-C.

    What is ignored, as below `nohup`, stays so; only the main thread may ask for it.
    """

    def end(number: int, _: FrameType | None) -> None:
        raise _TerminatedError(number)

    numbers = [
        getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(number, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _leave(code: int) -> NoReturn:
    """End at once: threads that wait for a network must not hold us up."""
    os._exit(code)
