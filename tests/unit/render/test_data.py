"""JSON for programs is what the library writes of the same data."""

import json
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.plain import plain
from lemm_catalog.render.data import dumped


class Pair(NamedTuple):
    """A value with fields, as all of ours."""

    one: Any
    other: Any


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.none(), inner)
        | st.builds(Pair, inner, inner)
    ),
)


@given(data)
def test_it_is_what_the_library_writes_of_plain_data(value: Any) -> None:
    theirs = json.dumps(plain(value), indent=2, ensure_ascii=True)
    assert dumped(value) == theirs.replace("\x7f", "\\u007f")
