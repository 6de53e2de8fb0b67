"""How hard to fuzz: the same few hundred examples always, or ever new ones for long.

``LEMM_FUZZ=20 pytest tests/fuzz`` tries twenty times as many, and others each time.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("LEMM_FUZZ", "1"))
_SLOWEST = 2.0


def examples(count: int) -> settings:
    """Return settings for so many examples, or as many times more as are wanted."""
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def in_time(most: float = _SLOWEST) -> Iterator[None]:
    """See that something ends in good time."""
    before = time.process_time()
    yield
    assert time.process_time() - before < most


def mutated(data: bytes, chance: random.Random, most: int = 5) -> bytes:
    """Return bytes with a few places flipped, filled, cut, doubled or replaced."""
    wrong = bytearray(data)
    for _ in range(chance.randint(1, most)):
        if not wrong:
            break
        at = chance.randrange(len(wrong))
        length = chance.choice((1, 1, 2, 4, 16, 64))
        match chance.randrange(6):
            case 0:
                wrong[at] ^= 1 << chance.randrange(8)
            case 1:
                filler = chance.choice((b"\xff", b"\0", b"9", b"\n", b" "))
                wrong[at : at + length] = filler * length
            case 2:
                del wrong[at : at + length]
            case 3:
                wrong[at:at] = wrong[at : at + length]
            case 4:
                other = chance.randrange(len(wrong))
                wrong[at : at + length] = wrong[other : other + length]
            case _:
                del wrong[at:]
    return bytes(wrong)
