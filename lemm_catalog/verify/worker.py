"""A process that compares files with the lines of a ledger: a range of it a job.

It is started as a bare interpreter, so it imports the standard library only. Jobs
come in on stdin and answers go out on stdout, as `marshal` writes them; whoever has
lost the other end ends. Processes, since threads only wait for each other here.

The laws: no link is followed below the root, nothing but a regular file is read, and
no pipe or device is waited for.
"""

import hashlib
import marshal
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from lemm_catalog.verify.files import Files, files_below, open_file

TIME = -1  # everything is as it should be but for the time
CONTENT = -2  # it is no regular file, or its size or its bytes are wrong
_NO_STARTS = frozenset({"", "/"})
_MOST_LINE = 1 << 16
_AT_ONCE = 1 << 20
_TOLD_BYTES = 1 << 23


class Job(NamedTuple):
    """The lines of a ledger that begin in a range of its bytes, and where files are."""

    root: str
    ledger: str
    start: int
    stop: int
    quick: bool


class Fault(NamedTuple):
    """A file that is not as its line says; ``why`` is an errno, TIME or CONTENT."""

    path: str
    sha256: str
    why: int
    mtime_ns: int


class Answer(NamedTuple):
    """What came of a job; ``lines`` is None where they make no sense."""

    lines: int | None
    faults: tuple[Fault, ...]


Row = tuple[str, int, int, str]


def examine(job: Job, told: Callable[[int], None]) -> Answer:
    """Compare files with their lines; ``told`` hears of bytes as they are done."""
    try:
        rows = list(_rows(job))
    except (OSError, ValueError):
        return Answer(None, ())
    try:
        files = files_below(job.root)
    except OSError as error:
        return Answer(len(rows), tuple(_fault(row, error.errno or 1) for row in rows))
    with files:
        compare = _at_a_glance if job.quick else _by_content
        faults = tuple(compare(rows, files, told))
    return Answer(len(rows), faults)


def serve() -> None:
    """Answer jobs until there are no more."""
    import gc
    import signal

    gc.disable()  # nothing here goes in circles
    # Whoever started us hears Ctrl-C, and ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(0, "rb", closefd=False) as jobs, open(1, "wb", closefd=False) as out:

        def say(said: Any) -> None:
            marshal.dump(said, out)
            out.flush()

        while True:
            try:
                job = Job(*marshal.load(jobs))  # noqa: S302 - our own parent wrote it
            except EOFError:
                return
            lines, faults = examine(job, say)
            say((lines, tuple(map(tuple, faults))))


def _fault(row: Row, why: int, mtime_ns: int = 0) -> Fault:
    return Fault(row[3], row[0], why, mtime_ns)


def _rows(job: Job) -> Iterator[Row]:
    """Give the lines of a job.

    Raises:
        ValueError: if one makes no sense.

    """
    with open(job.ledger, "rb") as file:  # noqa: PTH123 - pathlib takes long to import
        if job.start:
            # A line belongs to the range it begins in.
            file.seek(job.start - 1)
            file.readline(_MOST_LINE)
        data = file.read(max(job.stop - file.tell(), 0))
        if data and not data.endswith(b"\n"):
            data += file.readline(_MOST_LINE)
    # Not splitlines(): a name may hold what it takes for the end of a line.
    lines = data.decode().split("\n")
    if lines.pop() or b"\0" in data:
        raise ValueError("its last line was cut off, or it is no text")
    for line in lines:
        sha256, size, mtime_ns, path = line.split("\t", 3)
        if len(sha256) != 64 or path[:1] in _NO_STARTS or path[-1] == "/":
            raise ValueError(line)
        yield sha256, int(size), int(mtime_ns), path


# The two loops over all files are written out: a call for each costs a tenth of all.


def _at_a_glance(
    rows: Iterable[Row], files: Files, told: Callable[[int], None]
) -> Iterator[Fault]:
    done, at, before, above = 0, None, "", None
    for row in rows:
        _sha256, size, mtime_ns, path = row
        folder, _slash, name = path.rpartition("/")
        done += size
        try:
            if folder != at:
                (before, above), at = files.at(folder), folder
            info = os.stat(before + name, dir_fd=above, follow_symlinks=False)
        except OSError as error:
            at = None
            yield _fault(row, error.errno or CONTENT)
            continue
        if info.st_size != size or not stat.S_ISREG(info.st_mode):
            yield _fault(row, CONTENT)
        elif info.st_mtime_ns != mtime_ns:
            yield _fault(row, TIME, info.st_mtime_ns)
    told(done)


def _by_content(
    rows: Iterable[Row], files: Files, told: Callable[[int], None]
) -> Iterator[Fault]:
    done, at, before, above = 0, None, "", None
    for row in rows:
        folder, _slash, name = row[3].rpartition("/")
        read = 0
        try:
            if folder != at:
                (before, above), at = files.at(folder), folder
            file = open_file(before + name, above)
            try:
                why, read = _read(file, row, told)
            finally:
                os.close(file)
        except OSError as error:
            at = None
            why = error.errno or CONTENT
        if why:
            yield _fault(row, why)
        done += row[1] - read
        if done >= _TOLD_BYTES:
            told(done)
            done = 0
    told(done)


def _read(file: int, row: Row, told: Callable[[int], None]) -> tuple[int, int]:
    """Return what is wrong with a file, and the bytes that were told of already."""
    info = os.fstat(file)
    if info.st_size != row[1] or not stat.S_ISREG(info.st_mode):
        return CONTENT, 0
    if info.st_size < _AT_ONCE:
        # One byte more, so that a file that grows is not taken for whole.
        sha256, read = hashlib.sha256(os.read(file, info.st_size + 1)).hexdigest(), 0
    else:
        sha256, read = _sha256_of(file, told)
    return (0 if sha256 == row[0] else CONTENT), read


def _sha256_of(file: int, told: Callable[[int], None]) -> tuple[str, int]:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_AT_ONCE))
    read = untold = 0
    with open(file, "rb", 0, closefd=False) as raw:
        while got := raw.readinto(buffer):
            digest.update(buffer[:got])
            untold += got
            if untold >= _TOLD_BYTES:
                told(untold)
                read, untold = read + untold, 0
    return digest.hexdigest(), read
