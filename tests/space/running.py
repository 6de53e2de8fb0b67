"""How tests run a Space: a process of its own, as in its container if we may."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

CHECKOUT = Path(__file__).resolve().parents[2]
UID = 1000
_SERVING = re.compile(r"serving on http://[\d.]+:(\d+)")
IS_ROOT = sys.platform == "linux" and os.geteuid() == 0


def as_user() -> list[str]:
    """Return what runs a command as uid 1000, if we may.

    It may read and search everywhere, since the interpreter may lie in root's home,
    and write only what is its own: the code is read-only to it.
    """
    program = shutil.which("setpriv")
    if not IS_ROOT or program is None:
        return []
    kept = "-all,+dac_read_search"
    ids = [f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    return [program, *ids, f"--inh-caps={kept}", f"--ambient-caps={kept}", "--"]


class Answer:
    """What was answered to a request."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = body.decode()

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.text)


def ask(port: int, path: str = "/", method: str = "GET") -> Answer:
    """Ask a server on loopback; a body that has no end is not waited for."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        is_stream = headers["content-type"].startswith("text/event-stream")
        return Answer(reply.status, headers, b"" if is_stream else reply.read())
    finally:
        connection.close()


class Running:
    """A Space that runs, and what it says on stderr."""

    def __init__(self, process: subprocess.Popen[str], began: float) -> None:
        self.process = process
        self.began = began
        self.lines: list[str] = []
        self.port = 0
        self._has_port = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if found := _SERVING.search(line):
                self.port = int(found[1])
                self._has_port.set()
        self._has_port.set()

    @property
    def log(self) -> str:
        """All it has said."""
        return "\n".join(self.lines)

    def serves(self) -> Self:
        """Wait until it listens."""
        assert self._has_port.wait(20), self.log
        assert self.port, self.log
        return self

    def ask(self, path: str = "/", method: str = "GET") -> Answer:
        """Ask it something."""
        return ask(self.port, path, method)

    def status(self) -> Any:
        """Return what /status shows."""
        return self.ask("/status").json

    def until(self, holds: Callable[[Any], bool], seconds: float = 60.0) -> Any:
        """Wait until its status is so, and return it."""
        end = time.monotonic() + seconds
        while not holds(status := self.status()):
            assert time.monotonic() < end, (status, self.log)
            time.sleep(0.03)
        return status

    def settled(self, seconds: float = 60.0) -> Any:
        """Wait until nothing more comes by itself, and return the status."""
        return self.until(lambda status: bool(status["settled"]), seconds)

    def child(self) -> int:
        """Return the id of the process that pulls."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return int(" ".join(path.read_text() for path in children).split()[0])

    def terminate(self) -> tuple[int, float]:
        """Ask it to end; return its exit code, and how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        took = time.monotonic() - began
        self._reader.join(5)
        return code, took


@contextmanager
def a_space(
    *words: str | Path,
    home: Path,
    cwd: Path | None = None,
    prefix: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Run ``lemm-catalog space`` on a free port; it does not outlive the block."""
    env = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUTF8": "1",
        "PORT": "0",
        **(environ or {}),
    }
    for name in ("SYSTEMROOT", "TEMP", "TMP"):  # Windows needs them
        if name in os.environ:
            env.setdefault(name, os.environ[name])
    code = [sys.executable, "-m", "lemm_catalog", "space", *map(str, words)]
    began = time.monotonic()
    with subprocess.Popen(
        [*prefix, *code],
        cwd=cwd or home,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield Running(process, began)
        finally:
            process.kill()
