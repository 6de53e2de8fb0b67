"""Bytes to text and back, and nothing else.

Disks and upstream pages mean 10^9 by "GB", tools often mean 2^30: every size is
printed as both, ``2.75 GB (2.56 GiB)``.
"""

import re

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_UNITS: dict[str, int] = {
    unit.lower(): 1000**power for power, unit in enumerate(_DECIMAL)
} | {unit.lower(): 1024**power for power, unit in enumerate(_BINARY)}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]{1,3})?", re.ASCII)


def parse_size(text: str) -> int:
    """Return the bytes in a size such as ``150GB``, ``1.5 GiB`` or ``4096``.

    Raises:
        ValueError: if the text is not a number with an optional unit.

    """
    match = _SIZE.fullmatch(text.strip())
    factor = _UNITS.get((match[2] or "B").lower()) if match else None
    if match is None or factor is None:
        raise ValueError(f"{text!r} is not a size; write it like 150GB or 1.5 GiB")
    return round(float(match[1]) * factor)


def format_size(count: int) -> str:
    """Return a size as decimal and binary, such as ``2.75 GB (2.56 GiB)``."""
    if abs(count) < 1000:
        return f"{count} B"
    return f"{format_decimal(count)} ({_scaled(count, 1024, _BINARY)})"


def format_decimal(count: int) -> str:
    """Return a size in decimal units only, for columns: ``2.75 GB``."""
    return _scaled(count, 1000, _DECIMAL)


def _scaled(count: int, base: int, units: tuple[str, ...]) -> str:
    if -base < count < base:
        return f"{count} B"
    # 999.995 would print as "1000.00": such a value belongs to the next unit.
    most, factor = base - 0.005, base
    for unit in units[1:-1]:
        value = count / factor
        if -most < value < most:
            return f"{value:.2f} {unit}"
        factor *= base
    return f"{count / factor:.2f} {units[-1]}"
