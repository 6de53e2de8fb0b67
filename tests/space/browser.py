"""A real Chromium without a window, driven over a pipe.

    with Browser() as browser:
        page = browser.open(url, width=360)
        page.until("document.title.startsWith('ready')")
        assert page.console == []

It speaks the browser's own protocol, for which two pipes and JSON are enough.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from select import select
from types import TracebackType
from typing import Any, Self

import pytest

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# The browser reads from descriptor 3 and writes to 4.
_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3]]
for end, fd in zip(ends, (3, 4)):
    os.dup2(end, fd)
os.execv(sys.argv[3], sys.argv[3:])
"""


def require_chromium() -> str:
    """Return the path of Chromium; without it the test fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("the page is tested in a browser: apt-get install chromium")


class Browser:
    """A browser with a profile of its own; it does not outlive the block."""

    def __enter__(self) -> Self:
        program = require_chromium()
        self._folder = tempfile.TemporaryDirectory(
            prefix="lemm-chromium-", ignore_cleanup_errors=True
        )
        theirs_in, self._in = os.pipe()
        self._out, theirs_out = os.pipe()
        ends = (theirs_in, theirs_out)
        launch = [sys.executable, "-c", _LAUNCH, *map(str, ends), program]
        self._process = subprocess.Popen(
            [*launch, *_FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"],
            env={**os.environ, "HOME": self._folder.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=ends,
            start_new_session=True,
        )
        for end in ends:
            os.close(end)
        self._buffer = b""
        self._number = 0
        self.events: list[Any] = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # with its helpers
        self._process.wait(20)
        for end in (self._in, self._out):
            os.close(end)
        self._folder.cleanup()

    def call(self, method: str, session: str | None = None, **words: Any) -> Any:
        """Ask the browser to do something, and return what it says."""
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": words}
        if session:
            asked["sessionId"] = session
        os.write(self._in, json.dumps(asked).encode() + b"\0")
        for said in self._said(30):
            if said.get("id") == self._number:
                assert "error" not in said, said
                return said["result"]
            self.events.append(said)
        pytest.fail(f"the browser did not answer to {method}")

    def _said(self, seconds: float) -> Iterator[Any]:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            while b"\0" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\0")
                yield json.loads(line)
            if select([self._out], [], [], left)[0]:
                data = os.read(self._out, 1 << 20)
                assert data, "the browser has ended"
                self._buffer += data

    def open(
        self,
        url: str,
        *,
        width: int = 1000,
        height: int = 800,
        scheme: str = "light",
        script: bool = True,
    ) -> "Page":
        """Open a page, and return it once it is loaded."""
        self.events.clear()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        words = {"targetId": target, "flatten": True}
        session = self.call("Target.attachToTarget", **words)["sessionId"]
        page = Page(self, session)
        for name in ("Page", "Runtime", "Log"):
            page.call(f"{name}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        page.call("Emulation.setDeviceMetricsOverride", mobile=width < 600, **size)
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        page.call("Emulation.setEmulatedMedia", features=wanted)
        page.call("Emulation.setScriptExecutionDisabled", value=not script)
        page.call("Page.navigate", url=url)
        page.until(
            "document.readyState == 'complete' && location.href != 'about:blank'"
        )
        return page


class Page:
    """A page that is open."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, **words: Any) -> Any:
        """Ask the browser to do something with this page."""
        return self._browser.call(method, self._session, **words)

    def value(self, expression: str) -> Any:
        """Return what an expression comes to."""
        words = {"expression": expression, "returnByValue": True}
        return self.call("Runtime.evaluate", **words)["result"].get("value")

    def until(self, expression: str, seconds: float = 20.0) -> None:
        """Wait until an expression holds."""
        end = time.monotonic() + seconds
        while not self.value(expression):
            assert time.monotonic() < end, (expression, self.text)
            time.sleep(0.05)

    @property
    def text(self) -> str:
        """What a person reads."""
        return str(self.value("document.body.innerText"))

    @property
    def console(self) -> list[str]:
        """What was said on the console, errors of loading among it."""
        self.value("1")  # what was said before has come by now
        telling = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown"}
        telling.add("Log.entryAdded")
        mine = [e for e in self._browser.events if e.get("sessionId") == self._session]
        return [str(e["params"]) for e in mine if e["method"] in telling]

    def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        said = self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(said["data"])
