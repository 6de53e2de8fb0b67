"""Strict reading: every wrong file is refused in words, with its place, and soon."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.load.document import read_json, read_yaml, spell
from lemm_catalog.load.files import MAX_BYTES, UnreadableError
from tests.unit.load.writing import refusal, written

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
NUMBER = "write plain decimal digits, or quote it if it is text"
# What is written, and the code, line, column, sentence and mend of its problem.
WRONG: dict[str, tuple[str | bytes, tuple[str, int, int, str, str]]] = {
    "nothing": ("", ("yaml-syntax", 0, 0, "is empty", "")),
    "a comment": ("# a\n", ("yaml-syntax", 0, 0, "is empty", "")),
    "a NUL": (
        "a: 1\nb: \0\n",
        (
            *("yaml-encoding", 2, 4, r"holds the control character '\x00'"),
            "remove it, or save the file anew as plain text",
        ),
    ),
    "an escape": (
        "a: é\x1b[0m\n",
        (
            *("yaml-encoding", 1, 5, r"holds the control character '\x1b'"),
            "remove it, or save the file anew as plain text",
        ),
    ),
    "a line end no editor shows": (
        "# fine\u2028license: CC0-1.0\n",
        (
            *("yaml-encoding", 1, 7, r"holds the control character '\u2028'"),
            "remove it, or save the file anew as plain text",
        ),
    ),
    "a lone carriage return": (
        "# fine\rlicense: CC0-1.0\n",
        (
            *("yaml-encoding", 1, 7, r"holds the control character '\r'"),
            "remove it, or save the file anew as plain text",
        ),
    ),
    "UTF-16": (
        "a: 1\n".encode("utf-16"),
        ("yaml-encoding", 1, 1, "is UTF-16", "save it as UTF-8"),
    ),
    "Latin-1": (
        "a: 1\nb: caf\xe9\n".encode("latin-1"),
        ("yaml-encoding", 2, 7, "is not UTF-8", "save it as UTF-8"),
    ),
    "an alias bomb": (
        BOMB,
        ("yaml-alias", 1, 4, "uses an anchor or alias; write the value out", ""),
    ),
    "an alias": (
        "a: 1\nb: *a\n",
        ("yaml-alias", 2, 4, "uses an anchor or alias; write the value out", ""),
    ),
    "an anchor on a key": (
        "&a a: 1\n",
        ("yaml-alias", 1, 1, "uses an anchor or alias; write the value out", ""),
    ),
    "an alias as a key": (
        "*a : 1\n",
        ("yaml-alias", 1, 1, "uses an anchor or alias; write the value out", ""),
    ),
    "a merge key": (
        "a: {b: 1}\nc:\n  <<: *a\n",
        ("yaml-alias", 3, 7, "uses an anchor or alias; write the value out", ""),
    ),
    "a tag": (
        "a: !!str 1\n",
        ("yaml-tag", 1, 4, "uses the tag !!str; remove it", ""),
    ),
    "a tag on a key": (
        "!!str a: 1\n",
        ("yaml-tag", 1, 1, "uses the tag !!str; remove it", ""),
    ),
    "a tag that would run": (
        "a: !!python/object/apply:os.system [ls]\n",
        (
            *("yaml-tag", 1, 4),
            "uses the tag !!python/object/apply:os.system; remove it",
            "",
        ),
    ),
    "a list as a key": (
        "? [a]\n: 1\n",
        ("yaml-key", 1, 3, "a key must be plain text", ""),
    ),
    "a key twice": (
        "a: 1\nb: 2\na: 3\n",
        ("yaml-duplicate-key", 3, 1, "the key 'a' stands twice", "keep one of them"),
    ),
    "a key twice, deep": (
        "a:\n  - {b: 1, 'b': 2}\n",
        ("yaml-duplicate-key", 2, 12, "the key 'b' stands twice", "keep one of them"),
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        (
            *("yaml-documents", 2, 1, "holds a second document"),
            "make it a file of its own",
        ),
    ),
    "brackets, 100,000 deep": (
        "a: " + "[" * 100_000,
        ("yaml-depth", 1, 24, "is nested more than 20 deep", ""),
    ),
    "braces, 100,000 deep": (
        "{a: " * 100_000,
        ("yaml-depth", 1, 85, "is nested more than 20 deep", ""),
    ),
    "dashes, 100,000 deep": (
        "- " * 100_000,
        ("yaml-depth", 1, 43, "is nested more than 20 deep", ""),
    ),
    "a tab": (
        "a:\n\t- b\n",
        (
            *("yaml-syntax", 2, 1),
            "is not YAML: found character that cannot start any token",
            "indent with spaces, not tabs",
        ),
    ),
    "an octal": (
        "a: 010\n",
        ("yaml-number", 1, 4, "010 is a number that readers disagree on", NUMBER),
    ),
    "an integer of 5000 digits": (
        f"a: {'9' * 5000}\n",
        (
            *("yaml-number", 1, 4),
            f"{'9' * 77}... is a number that readers disagree on",
            NUMBER,
        ),
    ),
    "a binary": (
        "a: 0b11\n",
        ("yaml-number", 1, 4, "0b11 is a number that readers disagree on", NUMBER),
    ),
    "not a number": (
        "a: .NaN\n",
        ("yaml-number", 1, 4, ".NaN is a number that readers disagree on", NUMBER),
    ),
    "a colon in a text": (
        "title: Notes: all of them\n",
        (
            *("yaml-syntax", 1, 13),
            "is not YAML: mapping values are not allowed in this context",
            "put text that holds ': ' in quotes",
        ),
    ),
    "an open bracket": (
        "a: [1, 2\nb: 3\n",
        (
            *("yaml-syntax", 2, 2),
            "is not YAML: did not find expected ',' or ']'",
            "close the bracket",
        ),
    ),
    "an open quote": (
        'a: "b\n',
        (
            *("yaml-syntax", 2, 1),
            "is not YAML: found unexpected end of stream",
            "close the quote",
        ),
    ),
}


@pytest.mark.parametrize(("data", "expected"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_file_is_refused_in_words(
    data: str | bytes, expected: tuple[str, int, int, str, str], tmp_path: Path
) -> None:
    path = written(tmp_path, data)
    start = time.process_time()
    found = refusal(path)
    assert time.process_time() - start < 2
    place = (found.code, found.line, found.column, found.message, found.hint)
    assert expected == place
    assert (str(path), "error") == (found.path, found.severity)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_giant(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2_000_000)


def nothing(path: Path) -> None:
    assert not path.exists()


LINK = "is a symbolic link; put the file itself here"


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (a_pipe, "not-a-file", "is not a regular file"),
        (a_folder, "not-a-file", "is not a regular file"),
        (a_link, "unreadable", LINK),
        (a_link_to_itself, "unreadable", LINK),
        (a_giant, "too-large", "is 2000000 bytes large; at most 1000000 are read"),
        (nothing, "unreadable", "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_plain_file_is_refused_at_once(
    make: Callable[[Path], None], code: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "notes.yaml"
    make(path)
    before = len(os.listdir("/dev/fd")) if Path("/dev/fd").exists() else 0
    found = refusal(path)
    assert (code, 0, 0, message) == (
        found.code,
        found.line,
        found.column,
        found.message,
    )
    if before:
        assert before == len(os.listdir("/dev/fd"))


def test_a_device_is_refused() -> None:
    assert refusal(Path("/dev/zero")).code == "not-a-file"


def test_the_largest_file_is_read_and_soon(tmp_path: Path) -> None:
    line = "- {a: 1, b: [a value of some length, and one like it]}\n"
    path = written(tmp_path, line * (MAX_BYTES // len(line)))
    assert len(read_yaml(path).data) == MAX_BYTES // len(line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("no", "no"), ("on", "on"), ("Yes", "Yes"), ("n", "n")],
        *[("12:30:00", "12:30:00"), ("1:30", "1:30"), ("190:20:30", "190:20:30")],
        *[("2026-11-22", "2026-11-22"), ("30_000", "30_000"), ("1.2.3", "1.2.3")],
        *[("1.10", 1.1), ("-1.5e3", -1500.0), (".5", 0.5), ("1.", "1.")],
        *[("0", 0), ("-7", -7), ("+3", 3), ("123456789012345678", 123456789012345678)],
        *[("true", True), ("False", False), ("null", None), ("~", None), ("", None)],
        *[('"010"', "010"), ("'true'", "true"), ("=", "="), ("<<", "<<")],
        *[("2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z"), ("0x", "0x")],
        *[("é\U0001f3b5", "é\U0001f3b5"), ("a b  c", "a b  c")],
    ],
)
def test_a_plain_value_is_what_it_looks_like(
    text: str, value: Any, tmp_path: Path
) -> None:
    found = read_yaml(written(tmp_path, f"a: {text}\n")).data["a"]
    assert (type(value), value) == (type(found), found)


def test_a_byte_order_mark_and_windows_lines_are_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n")
    document = read_yaml(path)
    assert document.data == {"a": 1, "b": ["c"]}
    assert document.places[("b", 0)] == (3, 5)


def test_a_digest_stays_text_whatever_it_begins_with(tmp_path: Path) -> None:
    # Some begin like a binary number, 0b, or hold a single e.
    digests = [f"{n:03x}{'7c' * 30}f" for n in range(16**3)]
    text = "a:\n" + "".join(f"- {digest}\n" for digest in digests)
    assert read_yaml(written(tmp_path, text)).data == {"a": digests}


def test_every_key_has_its_place(tmp_path: Path) -> None:
    document = read_yaml(written(tmp_path, "a: 1\nb:\n  - c: 2\n    d: 1.10\n"))
    assert document.places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", 0): (3, 5),
        ("b", 0, "c"): (3, 5),
        ("b", 0, "d"): (4, 5),
    }
    assert document.plain[("b", 0, "d")] == "1.10"
    problem = document.problem(("b", 0, "x"), "some-code", "is wrong")
    assert (problem.line, problem.column, problem.key) == (3, 5, "b[0].x")


def test_a_key_is_spelled_as_people_write_it() -> None:
    assert spell(("files", 0, "checksums", "sha256")) == "files[0].checksums.sha256"
    assert spell(("a\x1b[0m", "x" * 100)) == rf"a\x1b[0m.{'x' * 77}..."
    assert spell(()) == ""


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        ('{"a": 1, "a": 2}', (0, 0), "the key 'a' stands twice"),
        ('{"a": 1,\n b}', (2, 2), "is not JSON: Expecting property name"),
        ('{"a": NaN}', (0, 0), "holds NaN, which is not JSON"),
        ("[" * 100_000, (0, 0), "is nested too deep"),
        ("", (1, 1), "is not JSON: Expecting value"),
        (b"\xff", (1, 1), "is not UTF-8"),
        (f'{{"a": {"9" * 5000}}}', (0, 0), "Exceeds the limit"),
    ],
)
def test_a_wrong_lock_is_refused_in_words(
    data: str | bytes, place: tuple[int, int], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_json(written(tmp_path, data, "notes.json"))
    found = caught.value.problem
    assert (place, True) == ((found.line, found.column), message in found.message)


def test_a_lock_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, '{"a": [1, "\\u00e9"]}', "notes.json")
    assert read_json(path).data == {"a": [1, "é"]}
