"""The decompressors: bounded, and honest about the end."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest

from lemm_catalog.archives import decoders, decompressors
from lemm_catalog.errors import ArchiveError
from tests.archive_builders import raw_deflate, zip_lzma, zstd

Decode = Callable[[BinaryIO], Iterator[bytes]]
PAIRS: list[tuple[Decode, Callable[[bytes], bytes]]] = [
    (decoders.plain, bytes),
    (decoders.gunzip, gzip.compress),
    (decoders.bunzip2, bz2.compress),
    (decoders.unxz, lzma.compress),
    (decoders.unzstd, zstd.compress),
]
SIZES = [most + more for most in (decoders.OUT, decoders.MOST) for more in (-1, 0, 1)]


@pytest.mark.parametrize(("decode", "pack"), PAIRS)
def test_a_bomb_comes_in_small_blocks(
    decode: Decode, pack: Callable[[bytes], bytes]
) -> None:
    sizes = [len(block) for block in decode(io.BytesIO(pack(bytes(20_000_000))))]

    assert sum(sizes) == 20_000_000
    assert max(sizes) <= decoders.MOST


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("decode", "pack"), PAIRS)
def test_the_last_block_may_be_of_any_size(
    decode: Decode, pack: Callable[[bytes], bytes], size: int
) -> None:
    data = zlib.compress(bytes(9))[:8] + bytes(size - 8)

    assert b"".join(decode(io.BytesIO(pack(data)))) == data


@pytest.mark.parametrize(
    ("method", "pack"), [(8, raw_deflate), (12, bz2.compress), (14, zip_lzma)]
)
def test_members_of_a_zip_come_in_small_blocks(
    method: int, pack: Callable[[bytes], bytes]
) -> None:
    decoder = decoders.in_zip(method, 20_000_000)
    assert decoder is not None
    block = decoders.step(decoder, pack(bytes(20_000_000)))

    assert 0 < len(block) <= decoders.MOST


def test_damage_is_told_without_the_words_of_a_library() -> None:
    with pytest.raises(ArchiveError) as caught:
        list(decoders.gunzip(io.BytesIO(b"<html><title>Log in</title></html>")))

    # zlib and isal have words of their own; neither brings its number.
    assert caught.value.message in {
        "the archive is damaged (incorrect header check)",
        "the archive is damaged (invalid gzip/zlib wrapper found)",
    }


@pytest.mark.parametrize("size", [0, *SIZES])
def test_without_a_wheel_of_isal_zlib_does_the_same(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decompressors, "igzip_lib", None)
    data = (zlib.compress(bytes(9)) + bytes(size))[:size]
    packed = gzip.compress(data)

    assert isinstance(decompressors.gzip(), decompressors._Inflate)
    assert b"".join(decoders.gunzip(io.BytesIO(packed * 2 + bytes(9)))) == data * 2
    for broken in (packed[:-1], packed[:-8] + b"xxxx" + packed[-4:], packed + b"x"):
        with pytest.raises(ArchiveError):
            list(decoders.gunzip(io.BytesIO(broken)))
