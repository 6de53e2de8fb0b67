"""A head is read strictly: what two readers could read differently is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.backends.http_head import Head, WireError, parse_head


def head(*lines: str) -> Head:
    return parse_head("\r\n".join([*lines, "", ""]).encode("latin-1"))


def test_a_plain_head_is_read() -> None:
    found = head("HTTP/1.1 206 Partial Content", "Content-Length: 5", 'ETag: "a: b"')
    assert (found.status, found.length, found.is_modern) == (206, 5, True)
    assert found.headers["etag"] == '"a: b"'
    assert found.keeps_open


@pytest.mark.parametrize(
    "line",
    [
        "HTTP/1.1 200",
        "HTTP/1.1 200 ",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 200 Très bien",
    ],
)
def test_a_reason_may_be_anything(line: str) -> None:
    assert head(line).status == 200


@pytest.mark.parametrize(
    "line",
    [
        "",
        "HTTP/2 200",
        "HTTP/1.1 99 Low",
        "HTTP/1.1 600 High",
        "HTTP/1.1 2000",
        "HTTP/1.1  200 OK",
        "http/1.1 200 OK",
        "ICY 200 OK",
        "HTTP/1.1 2\xb20 OK",
    ],
)
def test_a_status_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(WireError, match="not HTTP"):
        head(line, "Content-Length: 1")


@pytest.mark.parametrize(
    "header", ["no colon", ": no name", "na me: x", "name : x", "\x00: x", "é: x"]
)
def test_a_header_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(WireError, match="not HTTP"):
        head("HTTP/1.1 200 OK", header)


def test_a_header_that_goes_on_is_one() -> None:
    assert head("HTTP/1.1 200 OK", "A: b", "  c", "\td").headers["a"] == "b c d"
    with pytest.raises(WireError):
        head("HTTP/1.1 200 OK", "  c")


@pytest.mark.parametrize(
    "values", [["5", "6"], ["-5"], ["+5"], ["5x"], ["0x5"], ["\xb2"], ["5,6"]]
)
def test_a_length_that_is_not_one_number_is_refused(values: list[str]) -> None:
    lines = [f"Content-Length: {value}".encode().decode("latin-1") for value in values]
    found = head("HTTP/1.1 200 OK", *lines)
    with pytest.raises(WireError, match="length"):
        _ = found.length


def test_a_length_said_twice_alike_counts() -> None:
    assert head("HTTP/1.1 200 OK", "content-length: 5", "Content-Length: 5").length == 5


def test_a_transfer_encoding_nobody_asked_for_is_refused() -> None:
    assert head("HTTP/1.1 200 OK", "Transfer-Encoding: Chunked").is_chunked
    with pytest.raises(WireError, match="transfer encoding"):
        _ = head("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked").is_chunked


@pytest.mark.parametrize(
    ("version", "connection", "stays"),
    [
        ("1.1", None, True),
        ("1.1", "close", False),
        ("1.1", "Keep-Alive, Close", False),
        ("1.0", None, False),
        ("1.0", "keep-alive", True),
    ],
)
def test_whether_a_connection_stays_is_told(
    version: str, connection: str | None, stays: bool
) -> None:
    lines = [] if connection is None else [f"Connection: {connection}"]
    assert head(f"HTTP/{version} 200 OK", *lines).keeps_open == stays


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_head_or_an_error_in_words(raw: bytes) -> None:
    try:
        found = parse_head(b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n\r\n")
    except WireError as error:
        assert str(error)
    else:
        assert found.status == 200
        assert all(name == name.lower() for name in found.headers)
