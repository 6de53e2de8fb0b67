"""Sizes: examples beside the laws."""

import pytest

from lemm_catalog.sizes import format_decimal, format_size, parse_size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB (1000 B)"),
        (1024, "1.02 kB (1.00 KiB)"),
        (999_999, "1.00 MB (976.56 KiB)"),
        (2_750_000_000, "2.75 GB (2.56 GiB)"),
        (5 * 10**15, "5.00 PB (4.44 PiB)"),
        (-2_750_000_000, "-2.75 GB (-2.56 GiB)"),
    ],
)
def test_a_size_is_printed_as_both(count: int, text: str) -> None:
    assert text == format_size(count)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("150GB", 150_000_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("4096", 4096),
        ("12.5 gb", 12_500_000_000),
        (" 1 kB ", 1000),
        ("0.5TB", 500_000_000_000),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, count: int) -> None:
    assert count == parse_size(text)


@pytest.mark.parametrize("text", ["", "GB", "-1 GB", "1,5 GB", "1 parsec", "1e9", "1G"])
def test_what_is_no_size_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size; write it like 150GB"):
        parse_size(text)


def test_columns_have_decimal_units_only() -> None:
    assert format_decimal(2_750_000_000) == "2.75 GB"
