"""One lock per dataset, held by at most one process and freed when it dies.

The lock is the kernel's, on a file that is never deleted: deleting it would let two
processes hold "the" lock on two different files. Where the file system has no locks
(some network ones), the work goes on unlocked.
"""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lemm_catalog.errors import LocalError
from lemm_catalog.store.files import local_errors

_NO_LOCKS_HERE = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_BUSY = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


class BusyError(LocalError):
    """Another process holds the lock, and there is no wish to wait."""


def refuse_to_wait() -> None:
    """Give up where `held` would wait.

    Raises:
        BusyError: always.

    """
    raise BusyError("another process works on it", mend="run it again later")


@contextmanager
def held(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; calls ``waiting`` once if somebody else has it.

    Raises:
        LocalError: if the lock file cannot be made.

    """
    with local_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _CLOEXEC, 0o666)
    try:
        with local_errors(path):
            is_ours = _try_lock(descriptor)
        if not is_ours:
            waiting()
        while not is_ours:
            time.sleep(0.1)
            with local_errors(path):
                is_ours = _try_lock(descriptor)
        yield
    finally:
        os.close(descriptor)  # closing frees the lock


_CLOEXEC = getattr(os, "O_CLOEXEC", 0)

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:
                return True
            if error.errno in _BUSY:
                return False
            raise
        return True
