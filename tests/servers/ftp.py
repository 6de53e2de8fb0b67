"""An FTP server on loopback, to prove that fsspec's other schemes work."""

import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

with warnings.catch_warnings():
    # It stands on asyncore, which Python 3.11 warns of and 3.12 took out; there,
    # pyftpdlib brings it along.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]
    from pyftpdlib.handlers import FTPHandler  # type: ignore[import-untyped]
    from pyftpdlib.ioloop import IOLoop  # type: ignore[import-untyped]
    from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]

LOOPBACK = "127.0.0.1"


class Ftp:
    """Serves a folder read-only to anonymous users, and counts what is retrieved."""

    def __init__(self, folder: Path) -> None:
        self.retrieved: list[str] = []
        authorizer = DummyAuthorizer()
        authorizer.add_anonymous(str(folder.resolve()))
        handler = type("Handler", (_Quiet,), {"authorizer": authorizer, "home": self})
        # A loop of its own: pyftpdlib shares one among all servers otherwise.
        self._loop = IOLoop()
        self._server = FTPServer((LOOPBACK, 0), handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, name="lemm-ftp", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join(10)

    def url(self, path: str = "/") -> str:
        """Return the URL of a path below the folder."""
        return f"ftp://{LOOPBACK}:{self.port}/{path.removeprefix('/')}"

    def _serve(self) -> None:
        while not self._closing.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()
        self._loop.close()


class _Quiet(FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """Notes what was retrieved and logs nothing."""

    home: Ftp

    def on_file_sent(self, file: str) -> None:
        self.home.retrieved.append(file)

    def log(self, *args: object, **kwargs: object) -> None:
        """Say nothing."""
