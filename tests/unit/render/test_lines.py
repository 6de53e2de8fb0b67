"""Lines that are wrapped: the short cut leads where the long way does."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.render.lines import wrapped

texts = st.text(alphabet=st.sampled_from([*"ab -\t\n\u00a0é/·"]), max_size=60)


@given(texts, st.integers(40, 60), st.sampled_from(["", "  ", "  fetch   1.00 GB  "]))
def test_a_text_is_wrapped_as_the_library_does_it(
    text: str, width: int, first: str
) -> None:
    expected = textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert expected == wrapped(text, width, first=first)
