"""Laws of sizes: what is printed is read back as nearly the same."""

from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.sizes import format_decimal, format_size, parse_size

counts = st.integers(min_value=0, max_value=10**15 - 1)


@given(counts)
def test_a_printed_size_is_read_back_to_its_two_digits(count: int) -> None:
    assert abs(count - parse_size(format_decimal(count))) <= max(count * 0.0051, 0)


@given(counts)
def test_the_binary_figure_means_the_same(count: int) -> None:
    text = format_size(count)
    if "(" in text:
        binary = text.partition("(")[2].removesuffix(")")
        assert abs(count - parse_size(binary)) <= count * 0.0051


@given(counts, counts)
def test_a_larger_size_is_never_read_as_a_smaller_one(one: int, other: int) -> None:
    low, high = sorted((one, other))
    low_text, high_text = format_decimal(low), format_decimal(high)
    assert parse_size(low_text) <= parse_size(high_text)


@given(counts)
def test_plain_bytes_are_exact(count: int) -> None:
    assert count == parse_size(str(count))


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        assert parse_size(text) >= 0
    except ValueError as error:
        assert "is not a size; write it like 150GB or 1.5 GiB" in str(error)
