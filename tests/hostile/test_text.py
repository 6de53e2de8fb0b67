"""What strangers write never reaches a terminal or a log raw, and JSON stays JSON."""

import json
import re
from pathlib import Path

import pytest

from lemm_catalog.transfer import patience
from tests.archive_builders import tar_file, tar_of
from tests.cli.running import Done, run
from tests.pulling import a_file, some_bytes, write_manifest
from tests.servers.scripted import CLOSE, Script, ScriptedServer, answer

DATA = some_bytes(9000)
EVIL = "\x1b]0;owned\x07\x9b31m\x08\r\u202egnp\u2066\x7f"
RAW = EVIL.encode()
LATIN = EVIL.encode("latin-1", "ignore").decode("latin-1")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ATTEMPTS", 1)


def to(place: str) -> bytes:
    return answer(b"", f"Location: {place}", status="302 Found")


ANSWERS = {
    "a reason": b"HTTP/1.1 404 " + RAW + b"\r\nContent-Length: 0\r\n\r\n",
    "a status": b"HTTP/1.1 " + RAW + b"\r\n\r\n",
    "a header": answer(b"x", f"X-Note: {LATIN}"),
    "a name": OK + RAW + b": 1\r\n\r\n",
    "a length": OK + b"Content-Length: " + RAW + b"\r\n\r\n",
    "a type": answer(b"<p>", f"Content-Type: text/html{LATIN}"),
    "an encoding": answer(DATA, f"Content-Encoding: {LATIN}"),
    "a transfer encoding": OK + b"Transfer-Encoding: " + RAW + b"\r\n\r\n",
    "a tag": answer(DATA[:50], f'ETag: "{LATIN}"'),
    "a wait": answer(b"", f"Retry-After: {LATIN}", status="403 No"),
    "a place": to(f"/b{LATIN}?{LATIN}"),
    "a host": to(f"http://{LATIN}.invalid/"),
    "another origin": to(f"http://127.0.0.1:1/{LATIN}"),
    "a scheme": to(f"java{LATIN}script:alert(1)"),
    "a user": to(f"ftp://{LATIN}:s3cret@h/{LATIN}"),
    "bytes": RAW * 50,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_server_says_is_shown_escaped(name: str, tmp_path: Path) -> None:
    said = ANSWERS[name]

    def script(_: object) -> list[bytes | None]:
        return [said, CLOSE]

    done = pulled(tmp_path, script)
    assert done.code == 3
    assert_harmless(tmp_path, done)
    assert "s3cret" not in done.out + done.err


@pytest.mark.parametrize(
    "name", ["\x1b[2Jx", "a\u202egpj", "\x9b31m", "x\ny", "\u2066"]
)
def test_what_an_archive_is_called_is_shown_escaped(name: str, tmp_path: Path) -> None:
    data = tar_of(tar_file(name.encode(), b"data"))
    unpack = {"unpack": {"size": {"unpacked": 1000}}}

    done = pulled(tmp_path, lambda _: [answer(data)], "a.tar", data, **unpack)
    assert done.code == 3
    assert "control character" in done.out
    assert_harmless(tmp_path, done)


@pytest.mark.parametrize("command", ["validate", "show", "list", "plan", "search"])
def test_what_a_manifest_says_is_refused_and_shown_escaped(
    command: str, tmp_path: Path
) -> None:
    path = write_manifest(
        tmp_path / "catalog", "notes", a_file("a", DATA, "https://a/b")
    )
    text = path.read_text().replace("Some Notes", json.dumps(f"Notes {EVIL}"))
    path.write_text(text, encoding="utf-8")
    words = {"validate": [str(path)], "show": ["notes"], "search": ["notes"]}
    chosen = [] if command == "validate" else ["--catalog", str(tmp_path / "catalog")]

    done = run(command, *words.get(command, []), *chosen)
    assert done.code == 1
    assert_harmless(tmp_path, done)


def pulled(
    root: Path, script: Script, path: str = "a.bin", data: bytes = DATA, **more: object
) -> Done:
    """Pull what a server says, as loud as can be."""
    with ScriptedServer(script) as server:
        file = a_file(path, data, server.url(f"/{path}"), **more)
        write_manifest(root / "catalog", "notes", file)
        where = ["--catalog", str(root / "catalog"), "--cache-dir", str(root / "cache")]
        done = run("pull", "notes", "-v", *where)
        machine = run("pull", "notes", "--json", *where)
    if machine.out:
        json.loads(machine.out)
    assert _ODD.search(machine.out + machine.err) is None
    return done


def assert_harmless(root: Path, done: Done) -> None:
    assert _ODD.search(done.out + done.err) is None
    for log in (root / "cache" / "logs").glob("*"):
        assert _ODD.search(log.read_text(encoding="utf-8")) is None
