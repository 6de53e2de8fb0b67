"""All workloads, in the order in which they are run and shown."""

from benchmarks.workloads.base import Workload
from benchmarks.workloads.download import Https, Lossy, PerConnection, PlainHttp
from benchmarks.workloads.pipeline import Pipeline
from benchmarks.workloads.small_files import SmallFiles
from benchmarks.workloads.startup import StartUp
from benchmarks.workloads.unpacking import UNPACKINGS
from benchmarks.workloads.verifying import Verifying

WORKLOADS: tuple[Workload, ...] = (
    PlainHttp(),
    Https(),
    PerConnection(),
    Lossy(),
    SmallFiles(),
    *UNPACKINGS,
    Pipeline(),
    StartUp(),
    Verifying(),
)
