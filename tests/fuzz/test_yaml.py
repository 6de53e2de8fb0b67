"""Text mutated at random: a value that others read too, or one problem; in 2 s."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.load.catalog import load_paths
from lemm_catalog.load.document import Document, read_yaml
from lemm_catalog.load.files import MAX_BYTES, UnreadableError
from tests.builders import manifest_data
from tests.fuzz.effort import examples, in_time, mutated

CHECKOUT = Path(__file__).parents[2]
MANIFEST = (CHECKOUT / "catalog" / "datasets" / "fma-small.yaml").read_bytes()
# Two scanners differ in what they refuse; ours uses the one in C where it is.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TRICKS = ["&a ", "*a", "!!python/object:os.system ", "? ", "- ", "<<: ", "|\n", "%"]
_TRICKS += ["{", "}", "[", "]", '"', "'", "#", "\t", "---\n", "...\n", "\u2028", "\0"]
_TRICKS += [": ", "\n", "  ", "no", "010", "1:30", ".inf", "1e9", "a", "\u202e", "~"]
LARGE = {
    "brackets": b"[" * MAX_BYTES,
    "braces": b"{a: " * (MAX_BYTES // 4),
    "dashes": b"- " * (MAX_BYTES // 2),
    "questions": b"? " * (MAX_BYTES // 2),
    "flat": b"[" + b"a," * (MAX_BYTES // 2 - 2) + b"a]",
    "keys": b"".join(b"k%d: 1\n" % n for n in range(80_000)),
    "one key": b"a" * (MAX_BYTES - 3) + b": 1",
    "a quote without an end": b'"' + b"a " * (MAX_BYTES // 2 - 1),
    "escapes": b'"' + b"\\x41" * (MAX_BYTES // 4 - 1) + b'"',
    "a block": b"|\n" + b" a\n" * (MAX_BYTES // 3 - 1),
    "blank lines": b"a:\n" + b"\n" * (MAX_BYTES - 4),
    "comments": b"#\n" * (MAX_BYTES // 2),
    "anchors": b"[" + b"&a a," * (MAX_BYTES // 6) + b"a]",
    "digits": b"9" * MAX_BYTES,
    "numbers": b"[" + b"1.5e9," * (MAX_BYTES // 6 - 1) + b"1]",
    "documents": b"---\n" * (MAX_BYTES // 4),
    "tags": b"!<" + b"a" * (MAX_BYTES - 5) + b"> a",
    "directives": b"%A\n" * (MAX_BYTES // 3),
    "nulls": bytes(MAX_BYTES),
    "commas": b"[" + b"," * (MAX_BYTES - 2) + b"]",
    "colons": b"{" + b":," * (MAX_BYTES // 2 - 1) + b"}",
}


def read(path: Path, raw: bytes) -> Document | None:
    """Return what a file of these bytes holds, or None if it is one problem."""
    path.write_bytes(raw)
    try:
        return read_yaml(path)
    except UnreadableError as error:
        problem = error.problem
        assert problem.message.isprintable()
        assert len(problem.message) < 500
        return None


def agree(path: Path, raw: bytes) -> None:
    with in_time():
        found = read(path, raw)
    if found is not None:
        others = yaml.load(raw.decode("utf-8-sig"), Loader=_LOADER)
        assert as_text(found.data, others) == others


def as_text(data: Any, others: Any) -> Any:
    """Return data with each scalar as it was written, where it was none of text."""
    if isinstance(data, dict) and isinstance(others, dict):
        return {key: as_text(data[key], others.get(key)) for key in data}
    if isinstance(data, list) and isinstance(others, list):
        if len(data) == len(others):
            return [as_text(*pair) for pair in zip(data, others, strict=True)]
        return data
    return others if data is None or isinstance(data, bool | int | float) else data


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yaml") / "datasets"
    folder.mkdir()
    return folder / "fma-small.yaml"


@pytest.mark.parametrize("name", LARGE)
def test_a_megabyte_of_anything_is_read_in_good_time(name: str, place: Path) -> None:
    raw = LARGE[name]
    assert len(raw) <= MAX_BYTES
    # Two seconds, on a machine that has other work.
    with in_time(4.0):
        read(place, raw)


@examples(300)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_problem(raw: bytes, place: Path) -> None:
    agree(place, raw)


@examples(400)
@given(parts=st.lists(st.sampled_from(_TRICKS), max_size=30))
def test_any_tricks_are_a_value_or_a_problem(parts: list[str], place: Path) -> None:
    agree(place, "".join(parts).encode())


@examples(150)
@given(chance=st.randoms(use_true_random=True))
def test_a_mutated_manifest_is_read_as_others_read_it(
    chance: random.Random, place: Path
) -> None:
    agree(place, mutated(MANIFEST, chance))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["../up", "file:///etc/passwd", "9" * 70, "1.5 TB", "a/b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@examples(150)
@given(value=VALUES, chance=st.randoms(use_true_random=True))
def test_a_manifest_with_any_value_anywhere_is_taken_or_has_problems(
    value: Any, chance: random.Random, place: Path
) -> None:
    data = manifest_data(id="fma-small")
    node: Any = data
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = chance.choice(keys)
        if not isinstance(node[key], dict | list) or chance.random() < 0.4:
            break
        node = node[key]
    node[key] = value
    place.write_text(yaml.safe_dump(data, allow_unicode=False), encoding="utf-8")
    with in_time():
        loaded = load_paths([place])
    for problem in loaded.problems:
        assert problem.code
        assert "\x1b" not in problem.message
