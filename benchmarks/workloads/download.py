"""One large file: by http, by TLS, limited per connection, on a lossy path."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogs import a_file, write_manifest
from benchmarks.data import Blob
from benchmarks.link import Link
from benchmarks.measure import Command
from benchmarks.rounds import Case, Contender
from benchmarks.servers import Nginx, loopback_certificate
from benchmarks.workloads.base import Bench

_MIB = 1 << 20
# The most that aria2c can be told, by -x16 -s16; ours takes what it takes untold.
CONNECTIONS = 16
_ARIA2 = ("aria2c", "--no-conf", "-q", "-x16", "-s16", "-k1M", "--file-allocation=none")


@dataclass(frozen=True, kw_only=True)
class _File:
    """One served file, and how each contender is told to fetch it."""

    bench: Bench
    blob: Blob
    url: str
    within: tuple[str, ...] = ()
    certificate: Path | None = None

    def ours(self, catalog: Path) -> Contender:
        made = {"SSL_CERT_FILE": str(self.certificate)} if self.certificate else {}

        def command(cwd: Path) -> Command:
            words = ("pull", "one", "--catalog", str(catalog), "--cache-dir", "cache")
            return self.bench.ours(cwd, *words, "-q", within=self.within, env=made)

        return Contender(
            name="lemm-catalog", command=command, proof=self.whole("cache/one/data.bin")
        )

    def curl(self, *, target: float, hashing: bool = False) -> Contender:
        trust = f"--cacert {self.certificate}" if self.certificate else ""
        script = f"curl -sSf {trust} -o data.bin {self.url}"
        script += " && openssl dgst -sha256 data.bin" if hashing else ""
        return Contender(
            name="curl && openssl dgst" if hashing else "curl",
            command=self._elsewhere("sh", "-c", script),
            tools=("curl", "openssl") if hashing else ("curl",),
            proof=self.whole("data.bin"),
            target=target,
        )

    def aria2(self, *, target: float, hashing: bool = False) -> Contender:
        check = [f"--checksum=sha-256={self.blob.sha256}"] if hashing else []
        return Contender(
            name="aria2c -x16 -s16 --checksum" if hashing else "aria2c -x16 -s16",
            command=self._elsewhere(*_ARIA2, *check, "-o", "data.bin", self.url),
            tools=("aria2c",),
            proof=self.whole("data.bin"),
            target=target,
        )

    def _elsewhere(self, *argv: str) -> Callable[[Path], Command]:
        return lambda cwd: self.bench.command(cwd, *self.within, *argv)

    def whole(self, path: str) -> Callable[[Path], str]:
        """Return a proof that the file is there as a whole."""

        def proof(cwd: Path) -> str:
            found = (cwd / path).stat().st_size if (cwd / path).exists() else -1
            is_whole = found == self.blob.size
            return "" if is_whole else f"{path} has {found} of {self.blob.size} bytes"

        return proof

    def catalog(self) -> Path:
        """Write the catalog of this one file."""
        catalog = self.bench.space.fresh("catalog")
        pinned = a_file("data.bin", self.blob.size, self.blob.sha256, self.url)
        write_manifest(catalog, "one", [pinned])
        return catalog

    def case(
        self,
        workload: str,
        title: str,
        *peers: Contender,
        most_rss: float | None = None,
    ) -> Case:
        catalog = self.catalog()
        return Case(
            workload=workload,
            title=title,
            ours=self.ours(catalog),
            peers=peers,
            most_rss=most_rss,
            warm_up=self.bench.planning(catalog),
        )


def _shown(blob: Blob) -> str:
    mebibytes = blob.size // _MIB
    return f"{mebibytes // 1024} GiB" if mebibytes >= 1024 else f"{mebibytes} MiB"


class PlainHttp:
    """As fast as loopback allows, digest included."""

    name = "download-http"
    summary = "one large file over loopback http, verified by sha256 and published"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the file and give the case."""
        blob = bench.inputs.blob(bench.pick(64 * _MIB, 1024 * _MIB))
        with Nginx(bench.inputs.folder) as nginx:
            file = _File(bench=bench, blob=blob, url=nginx.url(blob.path))
            peers = (
                file.curl(target=0.65, hashing=True),
                file.aria2(target=0.30, hashing=True),
            )
            title = f"{_shown(blob)}, http, sha256"
            yield (file.case(self.name, title, *peers, most_rss=120),)


class Https:
    """As fast as TLS allows; curl takes no digest here, ours does all the same."""

    name = "download-https"
    summary = "one large file over loopback https, against curl without a digest"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the file and give the case."""
        blob = bench.inputs.blob(bench.pick(64 * _MIB, 1024 * _MIB))
        made = loopback_certificate(bench.space.fresh("tls"))
        with Nginx(bench.inputs.folder, certificate=made) as nginx:
            url = nginx.url(blob.path)
            file = _File(bench=bench, blob=blob, url=url, certificate=made.file)
            title = f"{_shown(blob)}, https"
            yield (file.case(self.name, title, file.curl(target=1.05)),)


class PerConnection:
    """A server that limits each connection, as many of the large hosts do."""

    name = "per-connection"
    summary = "one file from a server that limits each connection"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the file and give the case."""
        blob = bench.inputs.blob(bench.pick(50_000_000, 400_000_000))
        rate = bench.pick(5, 20) * _MIB
        with Nginx(bench.inputs.folder, rate=rate) as nginx:
            url = nginx.url(blob.path)
            file = _File(bench=bench, blob=blob, url=url)
            limit = Contender(
                name=f"limit of {CONNECTIONS} connections",
                seconds=blob.size / (CONNECTIONS * rate),
                target=1.15,
                is_floor=True,
            )
            title = f"{blob.size // 10**6} MB, {rate // _MIB} MiB/s per connection"
            yield (file.case(self.name, title, file.aria2(target=0.80), limit),)


class Lossy:
    """A long path that loses packets, to a server with the oldest remedy for it."""

    name = "lossy"
    summary = "one file over a path of 30 ms that loses 1 % of the packets"

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Serve the file and give the case."""
        blob = bench.inputs.blob(bench.pick(1_000_000, 20_000_000))
        with (
            Link(rtt=0.030, loss=0.01, control="reno") as link,
            Nginx(
                bench.inputs.folder, address=link.server, within=link.at_server
            ) as nginx,
        ):
            file = _File(
                bench=bench,
                blob=blob,
                url=nginx.url(blob.path),
                within=link.at_client,
            )
            title = f"{blob.size // 10**6} MB, 1 % loss, 30 ms"
            yield (file.case(self.name, title, file.aria2(target=0.90)),)
