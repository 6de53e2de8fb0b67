"""Laws of digests: what is printed is read back; pieces do not matter."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.digest import LENGTHS, Digest, RunningDigests

HEX = "0123456789abcdef"
digests = st.sampled_from(sorted(LENGTHS)).flatmap(
    lambda name: st.builds(
        Digest,
        st.just(name),
        st.text(HEX, min_size=LENGTHS[name], max_size=LENGTHS[name]),
    )
)


@given(digests)
def test_a_printed_digest_is_read_back(digest: Digest) -> None:
    assert digest == Digest.parse(str(digest))
    assert digest == Digest.parse(f"{digest.algorithm}:{digest.value.upper()}")


@given(st.text(max_size=140))
def test_what_is_no_digest_is_refused_in_words(text: str) -> None:
    try:
        digest = Digest.parse(text)
    except ValueError as error:
        assert str(error)
    else:
        assert text.lower() == str(digest)


@given(st.lists(st.binary(max_size=50)))
def test_the_digest_of_pieces_is_that_of_the_whole(pieces: list[bytes]) -> None:
    running = RunningDigests(LENGTHS)
    for piece in pieces:
        running.update(memoryview(piece))
    found = {digest.algorithm: digest.value for digest in running.digests()}
    assert set(found) == set(LENGTHS)
    for name in ("sha256", "sha512", "blake2b", "sha1", "md5"):
        assert hashlib.new(name, b"".join(pieces)).hexdigest() == found[name]


@pytest.mark.parametrize("algorithm", LENGTHS)
def test_every_algorithm_a_manifest_may_name_can_be_computed(algorithm: str) -> None:
    (digest,) = RunningDigests([algorithm, algorithm]).digests()
    assert LENGTHS[algorithm] == len(digest.value)
