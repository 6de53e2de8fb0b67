"""A real nginx that serves the inputs, plain or by TLS, and the certificate for it."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.errors import NotMeasurable
from benchmarks.tools import lacking, where

LOOPBACK = "127.0.0.1"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# nginx pauses after each piece by the time it is worth, in whole milliseconds; pieces
# of 10 ms keep the rate, and let no client have much for nothing at a request's end.
_PIECES_PER_SECOND = 100


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate; clients trust it through SSL_CERT_FILE or --cacert."""

    file: Path
    key: Path


def loopback_certificate(folder: Path) -> Certificate:
    """Write a fresh certificate for loopback into a folder."""
    if reason := lacking(["openssl"]):
        raise NotMeasurable(reason)
    made = Certificate(folder / "loopback.pem", folder / "loopback.key")
    wanted = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    wanted += ["-days", "2", "-subj", "/CN=lemm-catalog benchmark"]
    wanted += ["-addext", f"subjectAltName=IP:{LOOPBACK}"]
    wanted += ["-out", str(made.file), "-keyout", str(made.key)]
    command = [where("openssl") or "openssl", "req", "-x509", *wanted]
    subprocess.run(command, check=True, capture_output=True)
    return made


class Nginx:
    """Serves a folder until the context ends.

    ``rate`` limits each connection, in bytes a second; ``within`` is what runs a
    command in a namespace, whose own loopback and ports nobody else uses.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rate: int | None = None,
        certificate: Certificate | None = None,
        address: str = LOOPBACK,
        within: Sequence[str] = (),
    ) -> None:
        if reason := lacking(["nginx"]):
            raise NotMeasurable(reason)
        self._folder = folder.resolve()
        self._rate = rate
        self._certificate = certificate
        self._address = address
        self._within = tuple(within)
        self._scratch = tempfile.TemporaryDirectory(prefix="lemm-nginx-")
        self._prefix = Path(self._scratch.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        try:
            # The free port may be taken before nginx binds it, hence several tries.
            if not any(self._starts() for _ in range(5)):
                log = self._prefix / "error.log"
                said = log.read_text("utf-8", "replace") if log.exists() else ""
                raise NotMeasurable(f"nginx does not start: {said.strip()[-200:]}")
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

    def url(self, path: Path) -> str:
        """Return the URL of a file below the folder."""
        scheme = "https" if self._certificate else "http"
        place = path.resolve().relative_to(self._folder).as_posix()
        return f"{scheme}://{self._address}:{self._port}/{place}"

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
        self._scratch.cleanup()

    def _starts(self) -> bool:
        self._port = _free_port()
        config, pid = self._prefix / "nginx.conf", self._prefix / "nginx.pid"
        config.write_text(self._config(), encoding="utf-8")
        command = [where("nginx") or "nginx", "-p", str(self._prefix)]
        command += ["-c", str(config), "-e", str(self._prefix / "error.log")]
        self._process = subprocess.Popen(
            [*self._within, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the benchmark, which then stops its servers itself.
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while self._process.poll() is None and time.monotonic() < deadline:
            # It is written once the sockets listen, in a namespace as elsewhere.
            if pid.exists() and pid.stat().st_size:
                return True
            time.sleep(0.01)
        self._process.kill()
        self._process.wait()
        return False

    def _config(self) -> str:
        # Workers of a root nginx would otherwise become www-data, whom a temporary
        # folder of mode 0700 keeps out; anyone else may not set a user at all.
        user = "user root;" if os.geteuid() == 0 else ""
        paths = " ".join(f"{n}_temp_path {self._prefix}/{n};" for n in _TEMPORARY)
        return f"""
{user}
daemon off;
worker_processes auto;
pid {self._prefix}/nginx.pid;
error_log {self._prefix}/error.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  {paths}
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  server {{
    listen {self._address}:{self._port}{" ssl" if self._certificate else ""};
    root "{self._folder}";
    {self._limit()}
    {self._tls()}
  }}
}}
"""

    def _limit(self) -> str:
        if self._rate is None:
            return ""
        piece = self._rate // _PIECES_PER_SECOND + 1
        return f"limit_rate {self._rate}; sendfile_max_chunk {piece};"

    def _tls(self) -> str:
        if self._certificate is None:
            return ""
        made = self._certificate
        return f'ssl_certificate "{made.file}"; ssl_certificate_key "{made.key}";'


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
