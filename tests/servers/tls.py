"""A certificate for loopback, so that https and its redirects can be tested."""

import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_SUBJECT = "/CN=lemm-catalog test"
_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate; clients trust it through SSL_CERT_FILE."""

    file: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """The context for `HttpServer(tls=…)`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    @property
    def client(self) -> ssl.SSLContext:
        """A context that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.file))


def loopback_certificate(folder: Path) -> Certificate:
    """Write a fresh certificate into a folder; skip without openssl, but not in CI."""
    program = shutil.which("openssl")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI skips nothing: install openssl")
        pytest.skip("openssl is not installed")
    made = Certificate(folder / "loopback.pem", folder / "loopback.key")
    wanted = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    wanted += ["-days", "2", "-subj", _SUBJECT, "-addext", _NAMES]
    wanted += ["-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run([program, "req", "-x509", *wanted], check=True, capture_output=True)
    return made
