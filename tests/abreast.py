"""The suite on several processes: how many, and what each of them is given.

A run of everything takes one for each core; a run of what is named, in a debugger or
with an `-n` of its own is left as it is. A file stays in one process, so that what it
sets up for all its tests is made once. Files that measure time, memory or disk are
given to one process, one after the other, and first, for they take longest.
"""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from lemm_catalog.processes import cores

# More would wait for each other's disk, and measure that.
_MOST = 8
CLOCK = "what measures"
MEASURES = frozenset(
    {
        "tests/hostile/test_kills.py",
        "tests/hostile/test_processes.py",
        "tests/hostile/test_tls.py",
        "tests/hostile/test_wire.py",
        "tests/hub/test_olah.py",
        "tests/space/test_container.py",
        "tests/space/test_process.py",
        "tests/space/test_server.py",
        "tests/test_benchmarks.py",
        "tests/test_verify_large.py",
        "tests/unit/render/test_credits.py",
        "tests/unit/test_bring_small.py",
        "tests/unit/transfer/test_fetch.py",
        "tests/unit/transfer/test_front.py",
        "tests/unit/transfer/test_pace.py",
    }
)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process a file at a time, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return CLOCK if file in MEASURES else file


def count(config: pytest.Config) -> int:
    """Return how many processes a run takes by itself; 0 means this one."""
    is_all = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    is_plain = config.option.capture != "no" and not config.option.usepdb
    number = min(cores(), _MOST)
    return number if is_all and is_plain and number > 1 else 0


def in_order(items: list[pytest.Item]) -> None:
    """Put the files that measure first."""
    root = Path(__file__).parent.parent
    items.sort(key=lambda item: _name(item.path, root) not in MEASURES)


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
