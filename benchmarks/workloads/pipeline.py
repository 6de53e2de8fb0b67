"""The whole of it: an archive fetched, verified and unpacked from a slow server."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.rounds import Case, Contender
from benchmarks.servers import Nginx
from benchmarks.workloads.base import Bench
from benchmarks.workloads.unpacking import (
    TAR,
    WAVS_GZ,
    catalog_of,
    pull_command,
    unpacked,
)

_RATE = 60 << 20


class Pipeline:
    """One connection of 60 MiB/s, which ours is told not to multiply."""

    name = "pipeline"
    summary = "fetch, sha256 and unpack a tar.gz of WAVs from a server of 60 MiB/s"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the archive and give the case."""
        archive = WAVS_GZ(bench.inputs, bench.pick(600, 12_000))
        with Nginx(bench.inputs.folder, rate=_RATE) as nginx:
            url = nginx.url(archive.path)
            catalog = catalog_of(bench, archive, url)
            packed = archive.path.name
            check = f"echo '{archive.sha256}  {packed}' | sha256sum -c -"
            fetch = f"mkdir tree && curl -sSfO {url}"
            script = f"{fetch} && {check} && {TAR.format(archive=packed)}"
            limit = Contender(
                name="limit of the link",
                seconds=archive.size / _RATE,
                target=1.10,
                is_floor=True,
            )
            in_turn = Contender(
                name="curl && sha256sum && tar",
                command=lambda cwd: bench.command(cwd, "sh", "-c", script),
                tools=("curl", "sha256sum", "tar"),
                proof=unpacked("tree", archive.members),
                target=0.45,
            )
            ours = Contender(
                name="lemm-catalog",
                command=lambda cwd: pull_command(
                    bench, catalog, cwd, "--connections", "1"
                ),
                proof=unpacked("cache/packed", archive.members),
            )
            yield (
                Case(
                    workload=self.name,
                    title=f"fetch, sha256, unpack {archive.members:,} WAVs, 60 MiB/s",
                    ours=ours,
                    peers=(limit, in_turn),
                    warm_up=bench.planning(catalog),
                ),
            )
