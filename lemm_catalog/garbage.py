"""Python's search for garbage, put off while much is made and nothing is dropped."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def spare() -> None:
    """Let nobody look through what there is, ever: it stays until the process ends.

    For a command that has read its catalog or made its plan, and is about to tell it.
    """
    gc.freeze()


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
