"""Work in a process of its own, begun in a moment and killed at any.

The processes are forked from a server that has no threads and has imported all there
is to import, so that fifty of them cost a few seconds.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import lemm_catalog.api.pulling
import lemm_catalog.api.upkeep
import lemm_catalog.archives.table
import lemm_catalog.backends.http
import lemm_catalog.verify.verifying  # noqa: F401 - what a fork needs not import anew
from lemm_catalog import Catalog
from lemm_catalog.backends.network import Network
from lemm_catalog.settings import Settings
from tests.by_processes import by_processes
from tests.pulling import QUICK

# What is first needed at work is imported before the forks, too.
Catalog.load()
_CONTEXT = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else None)
if hasattr(os, "fork"):
    _CONTEXT.set_forkserver_preload(["tests.hostile.killing"])


def pull(catalog: str, cache: str, options: dict[str, Any]) -> None:
    """Pull all that a catalog has; ends with its exit code."""
    chosen = _settings(cache, options)
    sys.exit(Catalog.load(catalog).pull("notes", settings=chosen).exit_code)


def pull_beside(catalog: str, cache: str, options: dict[str, Any]) -> None:
    """Pull, and have processes unpack it; ends with its exit code."""
    with by_processes():
        pull(catalog, cache, options)


def nothing(catalog: str, cache: str, options: dict[str, Any]) -> None:
    """Begin and end."""


def refresh(catalog: str, cache: str, options: dict[str, Any]) -> None:
    """Fetch it all anew; ends with its exit code."""
    chosen = _settings(cache, options)
    sys.exit(Catalog.load(catalog).refresh("notes", settings=chosen).exit_code)


def repair(catalog: str, cache: str, options: dict[str, Any]) -> None:
    """Look for damage and mend it; ends with its exit code."""
    chosen = _settings(cache, options)
    found = Catalog.load(catalog)
    found.verify("notes", settings=chosen)
    sys.exit(found.repair(["notes"], chosen).exit_code)


def begun(
    work: Callable[[str, str, dict[str, Any]], None],
    catalog: Path,
    cache: Path,
    **options: Any,
) -> BaseProcess:
    """Begin work in a process of its own."""
    given = (str(catalog), str(cache), options)
    process = _CONTEXT.Process(target=work, args=given)
    process.start()
    begun_one: BaseProcess = process
    return begun_one


def done(process: BaseProcess, seconds: float = 60) -> int | None:
    """Wait for a process, and return its exit code."""
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return process.exitcode


def killed(process: BaseProcess, after: float) -> bool:
    """Kill a process after some seconds; whether that was before its end."""
    time.sleep(after)
    process.kill()
    process.join()
    return process.exitcode != 0


def stopped(pid: int | None, port: int) -> int:
    """Stop a process; returns the bytes from a port that its kernel holds for it.

    They were sent, but the process has never had them: the less it gets of the
    processor, the more they are, up to hundreds of KiB for each connection.
    """
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    held, before = _held(port), -1
    while held != before:  # the server still sends until all room is taken
        time.sleep(0.1)
        held, before = _held(port), held
    return held


def _held(port: int) -> int:
    try:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:  # other systems do not say
        return 0
    held = 0
    for _, local, peer, _, queues, *_ in map(str.split, lines):
        unacknowledged, unread = (int(one, 16) for one in queues.split(":"))
        held += unacknowledged * local.endswith(f":{port:04X}")
        held += unread * peer.endswith(f":{port:04X}")
    return held


def _settings(cache: str, options: dict[str, Any]) -> Settings:
    return Settings(cache_dir=Path(cache), network=Network(waits=QUICK), **options)
