"""The ten-minute path of CONTRIBUTING.md, walked."""

import hashlib
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from lemm_catalog.cli.commands import COMMANDS
from tests.builders import a_file
from tests.cli.running import run, write_manifest
from tests.servers.http import HttpServer

PAGE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"
DATA = b"notes\n" * 100


def block_after(mark: str) -> list[str]:
    """Return the commands of the block that follows a mark."""
    found = re.search(
        rf"<!-- {mark}.*?-->\n\n```sh\n(.*?)```", PAGE.read_text("utf-8"), re.S
    )
    assert found is not None
    return found[1].splitlines()


def test_the_path_can_be_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    write_manifest(Path("catalog"), "other")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(["git", *who, "commit", "-qm", "one"], check=True)
    with HttpServer({"/notes.txt": DATA}) as server:
        file = a_file(
            path="notes.txt",
            size=len(DATA),
            checksums={"sha256": hashlib.sha256(DATA).hexdigest()},
            source=server.url("/notes.txt"),
        )
        write_manifest(Path("catalog"), "example-notes", files=[file])
        outs = []
        for line in block_after("run"):
            done = run(*shlex.split(line)[1:])
            assert done.code == 0, (line, done.out, done.err)
            outs.append(done.out)
    assert Path("datasets/example-notes/notes.txt").read_bytes() == DATA
    assert "+ example-notes" in outs[-1]


def test_each_kind_of_source_has_a_line() -> None:
    lines = block_after("new")
    assert all(line.startswith("lemm-catalog new ") for line in lines)
    kinds = ("https://doi.org/", "hf://datasets/", "https://example.org/")
    assert [k for k in kinds if not any(k in line for line in lines)] == []
    # Where the command is merged, it is to be walked here as well.
    assert "new" not in COMMANDS or "new" in run("new", "--help").out
