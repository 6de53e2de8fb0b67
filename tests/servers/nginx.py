"""A real nginx on loopback, serving a folder, for tests that want no imitation."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

LOOPBACK = "127.0.0.1"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_LINE = re.compile(r'(\S+) (\S+) (\d{3}) (\d+) "([^"]*)"')


@dataclass(frozen=True)
class Logged:
    """One line of the access log: a request that has ended."""

    method: str
    path: str
    status: int
    sent: int
    range: str | None


def require_nginx() -> str:
    """Return the path of nginx; skip the test without it, but fail it under CI."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI skips nothing: install nginx (apt-get install nginx-light)")
        pytest.skip("nginx is not installed")
    return found


class Nginx:
    """Serves a folder until the context ends; ``limit_rate`` such as ``2m``."""

    def __init__(self, folder: Path, *, limit_rate: str | None = None) -> None:
        self._program = require_nginx()
        self._folder = folder.resolve()
        self._rate = limit_rate
        self.prefix = Path(tempfile.mkdtemp(prefix="lemm-nginx-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        try:
            # The free port may be taken before nginx binds it, hence several tries.
            if not any(self._starts() for _ in range(5)):
                raise RuntimeError(f"nginx does not start:\n{self._read('error.log')}")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, path: str = "/") -> str:
        """Return the URL of a path below the folder."""
        return f"http://{LOOPBACK}:{self.port}/{path.removeprefix('/')}"

    @property
    def requests(self) -> list[Logged]:
        """The requests that have ended so far; nginx logs each at its end."""
        return [
            Logged(m[1], m[2], int(m[3]), int(m[4]), None if m[5] == "-" else m[5])
            for m in _LINE.finditer(self._read("access.log"))
        ]

    def wait_for(self, count: int, *, seconds: float = 5.0) -> list[Logged]:
        """Return the requests once there are ``count`` of them.

        Raises:
            TimeoutError: if there are fewer in time.

        """
        deadline = time.monotonic() + seconds
        while len(found := self.requests) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nginx logged {len(found)} requests, not {count}")
            time.sleep(0.01)
        return found

    def forget(self) -> None:
        """Empty the access log, which nginx appends to."""
        os.truncate(self.prefix / "access.log", 0)

    def close(self) -> None:
        """Stop nginx and take its files away."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self.prefix, ignore_errors=True)

    def _starts(self) -> bool:
        self.port = _free_port()
        config = self.prefix / "nginx.conf"
        config.write_text(self._config(), encoding="utf-8")
        errors = self.prefix / "error.log"
        self._process = subprocess.Popen(
            [self._program, "-p", self.prefix, "-c", config, "-e", errors],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((LOOPBACK, self.port), 1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return True
        self._process.kill()
        self._process.wait()
        return False

    def _config(self) -> str:
        # Workers of a root nginx would otherwise become www-data, whom a temporary
        # folder of mode 0700 keeps out; anyone else may not set a user at all.
        user = "user root;" if os.geteuid() == 0 else ""
        rate = f"limit_rate {self._rate};" if self._rate else ""
        paths = " ".join(f"{n}_temp_path {self.prefix}/{n};" for n in _TEMPORARY)
        return f"""
{user}
daemon off;
worker_processes 1;
pid {self.prefix}/nginx.pid;
error_log {self.prefix}/error.log warn;
events {{ worker_connections 256; }}
http {{
  log_format brief '$request_method $uri $status $body_bytes_sent "$http_range"';
  access_log {self.prefix}/access.log brief;
  {paths}
  default_type application/octet-stream;
  sendfile on;
  server {{
    listen {LOOPBACK}:{self.port};
    root "{self._folder}";
    {rate}
  }}
}}
"""

    def _read(self, name: str) -> str:
        file = self.prefix / name
        return file.read_text("utf-8", "replace") if file.exists() else ""


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
