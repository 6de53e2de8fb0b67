"""How tests run the command line: in this process, or as a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml
from typer.testing import CliRunner

from lemm_catalog.cli.full import app
from tests.builders import a_file, manifest_data

CHECKOUT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "lemm_catalog"]


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that stdout is."""
        return json.loads(self.out)


def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """Run a command in this process."""
    given = {"COLUMNS": "100", **(env or {})}
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(app, words, env=given, prog_name="lemm-catalog")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def process_env(**more: str) -> dict[str, str]:
    """Return the environment for a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1", **more}
    return {name: value for name, value in env.items() if name != "COLUMNS"}


@contextmanager
def started(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[str] = subprocess.PIPE,
) -> Iterator[subprocess.Popen[str]]:
    """Run a command as a process of its own, which does not outlive the block."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env=env or process_env(),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def spawn(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[str] = subprocess.PIPE,
) -> Done:
    """Run a command as a process of its own, to its end."""
    with started(*arguments, env=env, stdout=stdout) as process:
        out, err = process.communicate(timeout=100)
    return Done(process.returncode, out or "", err or "")


def write_manifest(catalog: Path, name: str, **keys: Any) -> Path:
    """Write a manifest into a catalog, changed by keywords."""
    path = catalog / "datasets" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = manifest_data(**({"id": name} | keys))
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def a_plain_file(path: str, data: bytes, source: str | dict[str, str]) -> Any:
    """Return a file of a manifest that has just these bytes."""
    sums = {"sha256": hashlib.sha256(data).hexdigest()}
    return a_file(path=path, size=len(data), checksums=sums, source=source)


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return all that lies in a folder, with size and time of change."""
    return {
        path.relative_to(folder).as_posix(): (info.st_size, info.st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        for info in [path.lstat()]
    }
