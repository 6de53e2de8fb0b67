"""Python's search for garbage, put off while much is made and nothing is dropped."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_now() -> Iterator[None]:
    """Let nobody look for garbage meanwhile.

    A hundred thousand values make Python look through all of them again and again,
    which takes a fifth of a plan over ten thousand datasets. They never refer to
    each other in a circle, so that there is nothing to be found.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def for_good() -> Iterator[None]:
    """Let nobody look for garbage meanwhile, nor ever in what is made.

    For a command that reads its catalog or makes its plan, and then tells it.
    """
    with not_now():
        yield
        gc.freeze()
