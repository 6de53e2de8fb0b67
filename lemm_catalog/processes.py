"""Processes beside this one: bare interpreters that run one function of ours.

They are no forks, so that it does not matter which threads run here, and it is the
same on all systems. How many pay is a question of cores.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lemm_catalog.errors import LocalError

_ROOT = str(Path(__file__).parents[1])
_CODE = "import sys; sys.path += {!r}; from {} import serve; serve(*{!r})"


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def started(
    module: str,
    *arguments: int | str,
    passing: Sequence[int] = (),
    libraries: bool = False,
) -> subprocess.Popen[bytes]:
    """Start ``serve`` of a module with these arguments, on two pipes.

    It knows the standard library and this package; with ``libraries`` also what else
    is known here. The descriptors in ``passing`` keep their numbers in it.

    Raises:
        OSError: if no process can be had.

    """
    if not sys.executable:
        raise FileNotFoundError
    # Names are read as this process reads them.
    utf8 = ("-X", "utf8") if sys.getfilesystemencoding() == "utf-8" else ()
    places = [_ROOT, *filter(os.path.isabs, sys.path)] if libraries else [_ROOT]
    code = _CODE.format(places, module, arguments)
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-I", "-S", *utf8, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=passing,
    )


def gone(code: int, what: str) -> LocalError:
    """Return why a process is no longer there; ``what`` is what it did."""
    how = f"killed by signal {-code}" if code < 0 else f"it ended with {code}"
    return LocalError(
        f"a process that {what} files is gone ({how})",
        mend="see whether memory is short, then run it again",
    )
