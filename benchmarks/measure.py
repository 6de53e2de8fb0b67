"""One command, measured: wall time, CPU of its whole tree, and peak memory."""

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.errors import RunFailed
from benchmarks.judging import Sample

_PATIENCE = 900.0
# The kernel counts in KiB, we show MB.
_KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run and where; ``codes`` are the exit codes of success."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    codes: frozenset[int] = frozenset({0})


def measure(command: Command, *, patience: float = _PATIENCE) -> Sample:
    """Run a command to its end and return what it took.

    The command leads a process group of its own, so that nothing of it outlives an
    interruption of the benchmark.

    Raises:
        RunFailed: if it cannot be started, fails, or takes longer than ``patience``.

    """
    errors = command.cwd / "stderr.txt"
    with errors.open("wb") as sink:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.argv,
                cwd=command.cwd,
                env=command.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=sink,
                start_new_session=True,
            )
        except OSError as error:
            raise RunFailed(f"{command.argv[0]}: {error.strerror}") from error
        status, usage = _waited(process, patience)
        wall = time.perf_counter() - started
    # Popen must not wait for a process that is no more.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.codes or _has_crashed(errors):
        raise RunFailed(_why(command, process.returncode, wall >= patience, errors))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Sample(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        rss=usage.ru_maxrss / _KIB_PER_MB,
        rss_is_bound=usage.ru_maxrss <= own,
    )


def _waited(
    process: subprocess.Popen[bytes], patience: float
) -> tuple[int, resource.struct_rusage]:
    """Wait for a process, and end all of its group if that is broken off."""
    alarm = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
    alarm.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        alarm.cancel()
    return status, usage


def _has_crashed(errors: Path) -> bool:
    """Say whether a traceback was printed: exit code 1 may otherwise be a finding."""
    return b"Traceback (most recent call last)" in errors.read_bytes()


def _why(command: Command, code: int, is_late: bool, errors: Path) -> str:
    name = Path(command.argv[0]).name
    if is_late:
        return f"{name} took too long"
    lines = errors.read_text("utf-8", "replace").strip().splitlines()
    last = lines[-1].strip()[:120] if lines else "it said nothing"
    return f"{name} ended with exit code {code}: {last}"
