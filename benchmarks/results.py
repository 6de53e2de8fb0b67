"""A whole run: the rows, and the machine and programs they were measured with."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.judging import Row


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the figures depend on."""

    processor: str
    cores: int
    memory_mb: int
    system: str
    python: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one run came to."""

    when: str
    size: str
    rounds: int
    machine: Machine
    versions: Mapping[str, str]
    rows: Sequence[Row]

    @property
    def is_binding(self) -> bool:
        """Whether the targets count, which are meant for the full size."""
        return self.size == "full"


def this_machine() -> Machine:
    """Return what this machine is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_mb=memory // 10**6,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def now() -> str:
    """Return the time in the form of all our documents."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(named, platform.machine())
