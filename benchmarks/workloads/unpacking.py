"""Archives that are here already, unpacked: by a pull, by unpacking alone, by peers."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogs import a_file, write_manifest
from benchmarks.data import Archive, Inputs, notes, recordings
from benchmarks.measure import Command
from benchmarks.rounds import Case, Contender
from benchmarks.tools import product_environment
from benchmarks.workloads.base import Bench

_SEAM = str(Path(__file__).resolve().parents[1] / "seam.py")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A program that unpacks, as a shell line of {archive} into the folder tree."""

    name: str
    line: str
    tools: tuple[str, ...]
    target: float


TAR = "tar --no-same-owner -xf {archive} -C tree"
GNU_TAR = Peer(name="GNU tar", line=f"exec {TAR}", tools=("tar",), target=0.50)
BSDTAR = Peer(
    name="bsdtar",
    line="exec bsdtar --no-same-owner -xf {archive} -C tree",
    tools=("bsdtar",),
    target=0.60,
)
LBZIP2 = Peer(
    name="lbzip2 | tar",
    line="lbzip2 -dc {archive} | tar --no-same-owner -xf - -C tree",
    tools=("lbzip2", "tar"),
    target=1.15,
)
SEVENZIP = Peer(
    name="7z",
    line="exec 7z x -bd -bso0 -y -otree {archive}",
    tools=("7z",),
    target=0.60,
)


@dataclass(frozen=True, kw_only=True)
class Unpacking:
    """An archive, and the peers that unpack it as well."""

    name: str
    summary: str
    noun: str
    make: Callable[[Inputs, int], Archive]
    small: int
    full: int
    peers: tuple[Peer, ...]

    @contextmanager
    def cases(self, bench: Bench) -> Iterator[tuple[Case, ...]]:
        """Give two cases: unpacking alone, which the targets mean, and a whole pull."""
        archive = self.make(bench.inputs, bench.pick(self.small, self.full))
        catalog = catalog_of(bench, archive, archive.path.name)
        place = catalog / "datasets" / archive.path.name
        place.hardlink_to(archive.path)
        title = f"{archive.members:,} {self.noun}"
        seam = Contender(
            name="unpack only",
            command=lambda cwd: seam_command(bench, archive, cwd),
            proof=unpacked("tree", archive.members),
        )
        pull = Contender(
            name="lemm-catalog pull",
            command=lambda cwd: pull_command(bench, catalog, cwd),
            proof=unpacked("cache/packed", archive.members),
        )
        alone = tuple(as_contender(bench, peer, archive) for peer in self.peers)
        yield (
            Case(workload=self.name, title=title, ours=seam, peers=alone),
            Case(
                workload=self.name,
                title=f"{title}, copied, verified, published",
                ours=pull,
                peers=tuple(
                    as_contender(bench, peer, archive, is_target=False)
                    for peer in self.peers
                ),
                warm_up=bench.planning(catalog),
            ),
        )


def as_contender(
    bench: Bench, peer: Peer, archive: Archive, *, is_target: bool = True
) -> Contender:
    """Return a peer that unpacks this archive into a folder called tree."""
    script = f"mkdir tree && {peer.line.format(archive=archive.path)}"
    return Contender(
        name=peer.name,
        command=lambda cwd: bench.command(cwd, "sh", "-c", script),
        tools=peer.tools,
        proof=unpacked("tree", archive.members),
        target=peer.target if is_target else None,
    )


def catalog_of(bench: Bench, archive: Archive, source: str) -> Path:
    """Write the catalog of an archive that is to be unpacked."""
    catalog = bench.space.fresh("catalog")
    file = a_file(
        archive.path.name, archive.size, archive.sha256, source, unpack={"strip": 0}
    )
    size = {"unpacked": archive.unpacked, "members": archive.members}
    write_manifest(catalog, "packed", [file], size=size)
    return catalog


def pull_command(bench: Bench, catalog: Path, cwd: Path, *options: str) -> Command:
    """Return the pull of that catalog."""
    words = ("pull", "packed", "-q", "--catalog", str(catalog), "--cache-dir", "cache")
    return bench.ours(cwd, *words, *options)


def seam_command(bench: Bench, archive: Archive, cwd: Path) -> Command:
    """Return unpacking alone, in a process of its own."""
    most = (str(archive.unpacked), str(archive.members))
    argv = (sys.executable, "-P", _SEAM, str(archive.path), str(cwd), *most)
    return bench.command(cwd, *argv, env=product_environment())


def unpacked(folder: str, members: int) -> Callable[[Path], str]:
    """Return a proof that as many files are in a folder as in the archive."""

    def proof(cwd: Path) -> str:
        found = sum(len(files) for _, _, files in os.walk(cwd / folder))
        return "" if found == members else f"{found} of {members} files are there"

    return proof


def _recordings(suffix: str) -> Callable[[Inputs, int], Archive]:
    return lambda inputs, count: inputs.tar(
        f"recordings-{count}.{suffix}", lambda: recordings(count)
    )


WAVS_GZ = _recordings("tar.gz")
UNPACKINGS = (
    Unpacking(
        name="tar-gz-tiny",
        summary="tar.gz of 50,000 tiny files",
        noun="tiny files, tar.gz",
        make=lambda inputs, count: inputs.tar(
            f"notes-{count}.tar.gz", lambda: notes(count)
        ),
        small=3_000,
        full=50_000,
        peers=(GNU_TAR,),
    ),
    Unpacking(
        name="tar-gz-wav",
        summary="tar.gz of 1 GB of WAVs",
        noun="WAVs, tar.gz",
        make=WAVS_GZ,
        small=600,
        full=12_000,
        peers=(BSDTAR,),
    ),
    Unpacking(
        name="tar-bz2",
        summary="tar.bz2 of 240 MB of WAVs, one stream",
        noun="WAVs, tar.bz2",
        make=_recordings("tar.bz2"),
        small=100,
        full=3_000,
        peers=(LBZIP2,),
    ),
    Unpacking(
        name="zip-stored",
        summary="zip of 1 GB of WAVs, stored, CRC checked",
        noun="WAVs, zip stored",
        make=lambda inputs, count: inputs.zip(
            f"recordings-{count}.zip", lambda: recordings(count)
        ),
        small=600,
        full=12_000,
        peers=(SEVENZIP,),
    ),
)
