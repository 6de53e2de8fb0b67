"""What was saved is read back strictly, with the place of what is wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.plain import plain, read
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.store.receipts import Verification
from tests.builders import a_receipt, an_artifact

RECEIPT = plain(a_receipt([an_artifact()]))


def test_a_value_comes_back_as_it_was() -> None:
    value = a_receipt([an_artifact(), an_artifact("b.zip", unpack=True)])
    assert value == read(Receipt, json.loads(json.dumps(plain(value))))
    found = Verification(verified=None, quick=True, damaged={"a": ("b", "c"), "d": ()})
    assert found == read(Verification, json.loads(json.dumps(plain(found))))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema": "lemm-catalog/receipt@2"}, "schema: must be 'lemm-catalog/rec"),
        ({"id": "../up"}, "id: does not match "),
        ({"id": 1}, "id: must be text"),
        ({"title": None}, "title: must be text"),
        ({"completed": "today"}, "completed: does not match "),
        ({"artifacts": {}}, "artifacts: must be a list"),
        ({"artifacts": [1]}, "artifacts.0: must be a mapping"),
        ({"artifacts": [{}]}, "artifacts.0.path: is missing"),
        ({"else": 1}, "else: is not a key here"),
        (None, "must be a mapping"),
    ],
)
def test_what_is_no_such_value_is_told_with_its_place(
    change: dict[str, Any] | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read(Receipt, change and RECEIPT | change)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("path", "../up", "must not hold '..'"),
        ("size", -1, "must be a count"),
        ("size", True, "must be a whole number"),
        ("size", 1.0, "must be a whole number"),
        ("kept", 1, "must be true or false"),
        ("checksums", {"sha256": "x"}, "a sha256 is 64 hexadecimal digits"),
        ("checksums", [], "must be a mapping"),
        ("unpacked", 0, "must be text"),
    ],
)
def test_nothing_is_converted(key: str, value: Any, sentence: str) -> None:
    artifact = RECEIPT["artifacts"][0] | {key: value}
    with pytest.raises(ValueError, match=r".") as caught:
        read(Receipt, RECEIPT | {"artifacts": [artifact]})
    assert str(caught.value) == f"artifacts.0.{key}: {sentence}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RECEIPT, "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(list(RECEIPT)), json_values)
def test_no_data_break_the_reader(key: str, value: Any) -> None:
    for data in (value, RECEIPT | {key: value}):
        try:
            assert isinstance(read(Receipt, data), Receipt)
        except ValueError as error:
            assert str(error)
