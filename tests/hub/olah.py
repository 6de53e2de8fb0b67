"""olah, a mirror of the Hub that others wrote, serving plain git repositories offline.

It lists trees and gives files as the Hub does, but ignores ranges, tells no lengths
and knows no LFS; for those there is `tests.hub.standin`.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.servers.ports import refused_port

LOOPBACK = "127.0.0.1"
_CONFIG = """\
[basic]
host = "{host}"
port = {port}
ssl-key = ""
ssl-cert = ""
repos-path = "{root}/repos"
hf-scheme = "http"
hf-netloc = "{host}:{dead}"
hf-lfs-netloc = "{host}:{dead}"
mirror-scheme = "http"
mirror-netloc = "{host}:{port}"
mirror-lfs-netloc = "{host}:{port}"
mirrors-path = ["{root}/mirrors"]

[accessibility]
offline = true
"""


def require_olah() -> str:
    """Return the path of olah; skip the test without it, but fail it under CI."""
    beside = Path(sys.executable).with_name("olah-cli")
    found = str(beside) if beside.exists() else shutil.which("olah-cli")
    if found is None or shutil.which("git") is None:
        missing = "git" if found else "olah (pip install -e '.[test]')"
        if os.environ.get("CI"):
            pytest.fail(f"CI skips nothing: install {missing}")
        pytest.skip(f"this test needs {missing}")
    return found


class Olah:
    """Serves what is committed to it, until its context ends or it is killed."""

    def __init__(self, root: Path) -> None:
        self._program = require_olah()
        self._root = root
        self.port = refused_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Begin to serve.

        Raises:
            RuntimeError: if it does not answer in time.

        """
        self._root.mkdir(parents=True, exist_ok=True)
        config = self._root / "olah.toml"
        config.write_text(
            _CONFIG.format(
                host=LOOPBACK, port=self.port, dead=refused_port(), root=self._root
            )
        )
        with (self._root / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", config, "--log-path", self._root / "logs"],
                cwd=self._root,
                env={**os.environ, "HOME": str(self._root)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                said = (self._root / "out.log").read_text(errors="replace")
                self.kill()
                raise RuntimeError(f"olah does not start:\n{said[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def commit(self, repo: str, files: Mapping[str, bytes]) -> str:
        """Commit exactly these files to a dataset's branch main."""
        folder = self._root / "mirrors" / "datasets" / repo
        if not folder.exists():
            folder.mkdir(parents=True)
            self._git(folder, "init", "--quiet", "--initial-branch=main")
        for old in folder.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        self._git(folder, "add", "--all")
        self._git(folder, "commit", "--allow-empty", "--quiet", "--message=some files")
        return self._git(folder, "rev-parse", "HEAD").strip()

    def _git(self, folder: Path, *words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        env = {"PATH": os.environ["PATH"], "HOME": str(self._root)}
        done = subprocess.run(
            ["git", *who, *words],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
