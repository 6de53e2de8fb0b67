"""Digests: examples beside the laws."""

import pytest

from lemm_catalog.digest import Digest, RunningDigests
from tests.builders import SHA

# Of the empty input, from the algorithms' own publications.
EMPTY = {
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "md5": "d41d8cd98f00b204e9800998ecf8427e",
    "blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
}


@pytest.mark.parametrize("algorithm", EMPTY)
def test_the_digest_of_nothing_is_the_published_one(algorithm: str) -> None:
    (digest,) = RunningDigests([algorithm]).digests()
    assert EMPTY[algorithm] == digest.value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("crc32:00", "unknown digest 'crc32'; known: sha256, sha512, blake2b, blake3,"),
        (f"sha256:{SHA[:-1]}", "a sha256 is 64 hexadecimal digits"),
        (f"sha256:{SHA[:-1]}g", "a sha256 is 64 hexadecimal digits"),
        (f"sha256:{SHA[:-1]}\n", "a sha256 is 64 hexadecimal digits"),
        (f"sha256:{SHA[:-1]}٣", "a sha256 is 64 hexadecimal digits"),
        (SHA, "unknown digest"),
    ],
)
def test_what_is_no_digest_is_told_so(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"digest|digits") as caught:
        Digest.parse(text)
    assert sentence in str(caught.value)


def test_only_what_nobody_can_forge_is_strong() -> None:
    assert Digest("sha256", SHA).is_strong
    assert not Digest("md5", SHA[:32]).is_strong
