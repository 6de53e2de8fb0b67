"""Heads and bodies mutated at random: what `http.client` reads too, or an error."""

import http.client
import io
import random
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.backends.http_body import body_of
from lemm_catalog.backends.http_connection import Connection
from lemm_catalog.backends.http_head import WireError
from lemm_catalog.backends.network import Waits
from tests.fuzz.effort import examples, in_time, mutated
from tests.pulling import some_bytes

BODY = some_bytes(600)
SIZED = b'HTTP/1.1 200 OK\r\nContent-Length: 600\r\nETag: "a"\r\n\r\n' + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n"
    b"64\r\n" + BODY[:100] + b"\r\n1f4;a=b\r\n" + BODY[100:] + b"\r\n0\r\nX: y\r\n\r\n"
)
OPEN = b"HTTP/1.0 206 Part\r\nContent-Range: bytes 0-599/9000\r\n\r\n" + BODY
LATE = b"HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n" + SIZED
SEEDS = {"sized": SIZED, "chunked": CHUNKED, "open": OPEN, "late": LATE}
Read = tuple[int, bytes]


def ours(said: bytes) -> Read | None:
    """Return the status and the body we read, or None for an error in words."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(said)
        there.shutdown(socket.SHUT_WR)
        connection = Connection(here, Waits(read=1.0))
        buffer, data = memoryview(bytearray(4096)), b""
        try:
            head = connection.head()
            body = body_of(connection, head)
            while got := body.readinto(buffer):
                data += buffer[:got]
        except WireError as error:
            assert str(error).isprintable()
            return None
        return head.status, data


class _Said:
    def __init__(self, said: bytes) -> None:
        self._file = io.BytesIO(said)

    def makefile(self, mode: str) -> io.BytesIO:
        return self._file


def theirs(said: bytes) -> Read | None:
    """Return the status and the body that `http.client` reads, if it does."""
    # It begins with the status line, and knows of one kind of interim answer only.
    said = said.lstrip(b"\r\n")
    while said[:10] in {b"HTTP/1.1 1", b"HTTP/1.0 1"}:
        said = said.partition(b"\r\n\r\n")[2].lstrip(b"\r\n")
    answer = http.client.HTTPResponse(_Said(said), method="GET")  # type: ignore[arg-type]
    try:
        answer.begin()
        return answer.status, answer.read()
    except (http.client.HTTPException, ValueError, OSError):
        return None


@pytest.mark.parametrize("name", SEEDS)
def test_what_is_whole_is_read_as_others_read_it(name: str) -> None:
    status = 206 if name == "open" else 200
    assert ours(SEEDS[name]) == theirs(SEEDS[name]) == (status, BODY)


@pytest.mark.parametrize("name", SEEDS)
@examples(250)
@given(chance=st.randoms(use_true_random=True))
def test_a_mutation_is_an_error_or_read_as_others_read_it(
    name: str, chance: random.Random
) -> None:
    said = SEEDS[name]
    end = said.index(BODY[:50]) + chance.choice((0, 0, 130, len(said)))
    wrong = mutated(said[:end], chance, 3) + said[end:]
    with in_time():
        found = ours(wrong)
    if found is not None:
        expected = theirs(wrong)
        assert expected is None or found == expected


@examples(300)
@given(said=st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_an_error(said: bytes) -> None:
    with in_time():
        ours(b"HTTP/1.1 200 OK\r\n" + said)
        ours(said)


@examples(150)
@given(sizes=st.lists(st.integers(1, 90), max_size=20), chance=st.randoms())
def test_however_a_body_is_cut_into_chunks_it_is_the_same(
    sizes: list[int], chance: random.Random
) -> None:
    chunks, at = [], 0
    for size in [*sizes, 600]:
        piece = BODY[at : at + size]
        if piece:
            at += len(piece)
            line = f"{len(piece):{chance.choice(('x', 'X', '06x'))}}"
            line += chance.choice(("", ";", ";a=b", " ; c"))
            chunks.append(line.encode() + b"\r\n" + piece + b"\r\n")
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert ours(head + b"".join(chunks) + b"0\r\n\r\n") == (200, BODY)
