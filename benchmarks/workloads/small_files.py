"""Many small files from one host that is 20 ms away."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalogs import a_file, let_settle, write_manifest
from benchmarks.data import Blob
from benchmarks.link import Link
from benchmarks.measure import Command
from benchmarks.rounds import Case, Contender
from benchmarks.servers import Nginx
from benchmarks.workloads.base import Bench

_RTT = 0.020


class SmallFiles:
    """2,000 files of 50 KB, where the way there and back is what takes the time."""

    name = "small-files"
    summary = "2,000 files of 50 KB from a host that is 20 ms away"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the files and give the case."""
        blobs = bench.inputs.small_files(bench.pick(100, 2000), 50_000)
        with (
            Link(rtt=_RTT) as link,
            Nginx(
                bench.inputs.folder, address=link.server, within=link.at_server
            ) as nginx,
        ):
            urls = [nginx.url(blob.path) for blob in blobs]
            catalog = _catalog(bench, blobs, urls)
            words = ("pull", "many", "-q", "--catalog", str(catalog))

            def ours(cwd: Path) -> Command:
                wanted = (*words, "--cache-dir", "cache")
                return bench.ours(cwd, *wanted, within=link.at_client)

            yield (
                Case(
                    workload=self.name,
                    title=f"{len(blobs):,} files of 50 KB at 20 ms",
                    ours=Contender(
                        name="lemm-catalog",
                        command=ours,
                        proof=_all_there("cache/many", len(blobs)),
                    ),
                    peers=_peers(bench, link.at_client, urls),
                    warm_up=bench.planning(catalog),
                ),
            )


def _catalog(bench: Bench, blobs: Sequence[Blob], urls: Sequence[str]) -> Path:
    catalog = bench.space.fresh("catalog")
    files = [
        a_file(blob.path.name, blob.size, blob.sha256, url)
        for blob, url in zip(blobs, urls, strict=True)
    ]
    write_manifest(catalog, "many", files)
    let_settle()
    return catalog


def _peers(
    bench: Bench, within: tuple[str, ...], urls: Sequence[str]
) -> tuple[Contender, ...]:
    lists = bench.space.fresh("lists")
    (lists / "aria2").write_text("\n".join(urls) + "\n", encoding="utf-8")
    lines = [f'url = "{url}"\nremote-name\n' for url in urls]
    (lists / "curl").write_text("".join(lines), encoding="utf-8")

    def run(*argv: str) -> Callable[[Path], Command]:
        return lambda cwd: bench.command(cwd, *within, "sh", "-c", " ".join(argv))

    # Each is given a folder of its own, so that the files can be counted.
    aria2 = "mkdir out && exec aria2c --no-conf -q -j16 --file-allocation=none -d out"
    curl = "mkdir out && cd out && exec curl -sSf -Z --parallel-max 50"
    return (
        Contender(
            name="aria2c -j16",
            command=run(aria2, f"-i {lists}/aria2"),
            tools=("aria2c",),
            proof=_all_there("out", len(urls)),
            target=0.35,
        ),
        Contender(
            name="curl -Z --parallel-max 50",
            command=run(curl, f"-K {lists}/curl"),
            tools=("curl",),
            proof=_all_there("out", len(urls)),
            target=1.2,
        ),
    )


def _all_there(folder: str, count: int) -> Callable[[Path], str]:
    def proof(cwd: Path) -> str:
        found = len(list((cwd / folder).glob("*.bin")))
        return "" if found == count else f"{found} of {count} files are there"

    return proof
