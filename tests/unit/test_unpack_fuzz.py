"""Archives mutated at random: no outcome but the right one or an `ArchiveError`."""

import io
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import ArchiveError
from tests.archive_builders import (
    ZipMember,
    pax,
    resealed,
    tar_file,
    tar_of,
    zip64_of,
    zip_of,
)
from tests.hostile_compression import BZ2, GZ, XZ, ZST
from tests.unit.test_unpack import assert_is_a_sentence, bring

MIXED = [
    ZipMember(name=b"%d/m" % n, data=b"data" * n, method=n) for n in (0, 8, 12, 14)
]
SEEDS: list[tuple[ArchiveReader, bytes]] = [
    (TAR, tar_of(pax({b"path": b"long/name"}), tar_file(b"a", b"data"))),
    (TAR_GZ, GZ),
    (TAR_BZ2, BZ2),
    (TAR_XZ, XZ),
    (TAR_ZST, ZST),
    (ZIP, zip_of(*MIXED)),
    (ZIP, zip64_of(ZipMember(name=b"a", data=b"data"))),
]


def mutated(data: bytes, chance: random.Random) -> bytes:
    wrong = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(wrong))
        length = chance.choice((1, 1, 1, 2, 4, 8, 40))
        match chance.randrange(4):
            case 0:
                wrong[at] ^= 1 << chance.randrange(8)
            case 1:
                filler = chance.choice((b"\xff", b"\0", b"7", b"\x80"))
                wrong[at : at + length] = filler * length
            case 2 if len(wrong) > length:
                del wrong[at : at + length]
            case _:
                wrong[at:at] = wrong[at : at + length]
        if not wrong:
            break
    return bytes(wrong)


def survives(reader: ArchiveReader, data: bytes) -> None:
    """Read it all; anything but an `ArchiveError` is a fault of ours."""
    try:
        for entry in reader.entries(io.BytesIO(data)):
            for _ in entry.chunks():
                pass
    except ArchiveError as error:
        assert_is_a_sentence(error.message)


@pytest.mark.parametrize("seed", range(len(SEEDS)))
@settings(max_examples=250, deadline=None, derandomize=True)
@given(chance=st.randoms(use_true_random=True))
def test_no_mutation_brings_anything_but_an_archive_error(
    seed: int, chance: random.Random
) -> None:
    reader, data = SEEDS[seed]
    survives(reader, mutated(data, chance))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(chance=st.randoms(use_true_random=True))
def test_no_header_with_a_right_sum_brings_anything_else(
    chance: random.Random,
) -> None:
    block = mutated(tar_file(b"a"), chance).ljust(512, b"\0")[:512]
    survives(TAR, tar_of(resealed(block), tar_file(b"b", b"data")))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(names=st.lists(st.text("a./\\:\0\u202e~C ", max_size=12), max_size=4))
def test_no_name_leaves_the_staged_folder(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    parent = tmp_path_factory.mktemp("parent")
    root = parent / "staged"
    root.mkdir()
    members = [pax({b"path": name.encode()}) + tar_file(b"x", b"1") for name in names]
    try:
        bring(root, TAR, tar_of(*members))
    except ArchiveError as error:
        assert_is_a_sentence(error.message)

    assert os.listdir(parent) == ["staged"]
