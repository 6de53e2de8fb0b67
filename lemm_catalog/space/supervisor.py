"""Keeps a child pulling: starts it, hears it, starts it again, gives it up."""

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, NamedTuple

from lemm_catalog.space.board import Board, now

_LINE = 1 << 26
# Exit codes after which another try may end otherwise: a source, or this machine.
_PASSING = frozenset({3, 4})


class Patience(NamedTuple):
    """How often to start a child again, and how long to wait before, in seconds.

    ``first`` doubles up to ``most``; a start that brought something begins anew.
    After ``tries`` that brought nothing it is given up.
    """

    first: float = 1.0
    most: float = 300.0
    tries: int = 8
    grace: float = 3.0


class Supervisor:
    """Runs the child in a thread of its own until it is done or stopped."""

    def __init__(
        self, command: Sequence[str], board: Board, patience: Patience
    ) -> None:
        self._command = list(command)
        self._board = board
        self._patience = patience
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(
            target=self._run, name="lemm-space", daemon=True
        )

    def start(self) -> None:
        """Start it; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the child: asked first, and killed after a grace; safe to call twice."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is not None and child.poll() is None:
            with suppress(OSError):
                child.terminate()
            try:
                child.wait(self._patience.grace)
            except subprocess.TimeoutExpired:
                with suppress(OSError):
                    child.kill()
        self._thread.join(1.0)
        if self._board.space.state in {"starting", "pulling", "waiting"}:
            self._board.change(state="stopped", message="stopped", next_start=None)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing more will be tried; whether that is so."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        fruitless = 0
        while not self._stopping.is_set():
            before = self._board.space.totals
            code = self._one()
            if self._stopping.is_set() or self._is_over(code):
                return
            reached = self._board.space.totals
            is_better = (
                reached.done_bytes > before.done_bytes or reached.here > before.here
            )
            fruitless = 1 if is_better else fruitless + 1
            if fruitless >= self._patience.tries:
                self._give_up(code)
                return
            self._pause(code, fruitless)

    def _one(self) -> int:
        """Run one child to its end, and return its exit code."""
        space = self._board.space
        self._board.change(
            state="pulling" if space.starts else "starting",
            starts=space.starts + 1,
            settled=False,
            message="starting again" if space.starts else "starting",
            next_start=None,
        )
        try:
            child = subprocess.Popen(  # noqa: S603 - ourselves
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us, who tell it
            )
        except OSError as error:
            self._board.change(message=f"the pull cannot be started: {error.strerror}")
            return 4
        with self._lock:
            self._child = child
        if self._stopping.is_set():
            child.terminate()
        with child:
            if child.stdout:
                self._listen(child.stdout)
        return child.returncode

    def _listen(self, pipe: IO[bytes]) -> None:
        while text := pipe.readline(_LINE):
            # A child that dies may leave half a line.
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                self._board.hear(json.loads(text))

    def _is_over(self, code: int) -> bool:
        is_done = self._board.space.state in {"ready", "settled", "halted", "off"}
        return is_done and code not in _PASSING

    def _pause(self, code: int, fruitless: int) -> None:
        longest = min(self._patience.most, self._patience.first * 2 ** (fruitless - 1))
        wait = longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads starts
        self._board.change(
            state="waiting",
            settled=False,
            message=f"{self._why(code)}; it is tried again in {wait:.0f} s",
            next_start=now(wait),
        )
        self._stopping.wait(wait)

    def _give_up(self, code: int) -> None:
        self._board.change(
            state="halted",
            settled=True,
            next_start=None,
            message=f"given up after {self._patience.tries} tries that brought "
            f"nothing: {self._why(code)}",
            mend=self._board.space.mend or "see the log for more, mend it, and restart",
        )

    def _why(self, code: int) -> str:
        """Return why another try is due: as the child said, or as it ended."""
        space = self._board.space
        has_said = space.state in {"halted", "settled"}
        return space.message if has_said else _how(code)


def _how(code: int) -> str:
    """Return how a pull ended, in words."""
    if code == -getattr(signal, "SIGKILL", 9):
        return "the pull was killed, perhaps for want of memory"
    if code < 0:
        name = signal.Signals(-code).name if -code in _SIGNALS else str(-code)
        return f"the pull was ended by {name}"
    return f"the pull ended with code {code}"


_SIGNALS = frozenset(int(one) for one in signal.Signals)


def child_command(options: str) -> list[str]:
    """Return what starts a child, with its options as JSON."""
    return [sys.executable, "-m", "lemm_catalog.cli.space_child", options]
