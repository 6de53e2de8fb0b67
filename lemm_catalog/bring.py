"""One artifact from its sources into staging: fetched, verified, unpacked, recorded.

An archive whose format reads forward is unpacked while it is still arriving; its
members count only once the digest of the whole is right. What is left of an earlier
try is used: a part file goes on, a tree without a record is made anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from lemm_catalog.backends.address import Address
from lemm_catalog.digest import Digest, RunningDigests
from lemm_catalog.errors import LemmError, LocalError, SourceError
from lemm_catalog.means import Means, now
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import Step, Verb
from lemm_catalog.rules.deciding import unpacking_of
from lemm_catalog.store.files import local_errors, remove_tree, sync_everything
from lemm_catalog.store.ledger import LedgerWriter
from lemm_catalog.store.marks import write_marks
from lemm_catalog.store.part import PartFile
from lemm_catalog.store.tree import StagedTree
from lemm_catalog.transfer.fetch import Fetched, Watch, fetch
from lemm_catalog.transfer.window import Window

# Only a policy makes choices, and judging licenses takes long to import; a plain file
# needs none of the archives.
if TYPE_CHECKING:
    from lemm_catalog.archives.base import ArchiveReader
    from lemm_catalog.itemize.choice import Chosen
    from lemm_catalog.unpack import Member, Unpacked


def bring(
    artifact: Artifact, means: Means, *, in_one_pass: bool = False
) -> ReceivedArtifact:
    """Bring one pinned artifact into staging and record it there.

    With ``in_one_pass`` an archive never lies on the disk: it is unpacked as it comes,
    and starts anew if this process ends before.

    Raises:
        SourceError: if no source gives the right bytes, or the archive is refused.
        LocalError: if this machine fails.

    """
    chosen = means.choose(artifact) if artifact.picked else None
    work = _Work(artifact, means, in_one_pass, chosen)
    work.adopt_what_lies_there()
    fetched = work.fetched()
    unpacked = fetched.followed or work.unpacked_afterwards()
    return work.recorded(fetched, unpacked)


class _Work:
    def __init__(
        self,
        artifact: Artifact,
        means: Means,
        in_one_pass: bool,
        chosen: "Chosen | None",
    ) -> None:
        self._artifact = chosen.choice.artifact if chosen else artifact
        self._chosen = chosen
        self._means = means
        self._size = artifact.size or 0
        self._folder = means.store.layout.staged(artifact.dataset, artifact.path)
        self._data = self._folder / "data"
        self._reader: ArchiveReader | None = None
        if artifact.unpack:
            from lemm_catalog.archives.table import reader_for

            self._reader = reader_for(artifact.path, artifact.unpack.format)
        if self._reader is not None and chosen:
            self._reader = chosen.choice.reader(self._reader)
        streams = self._reader is not None and self._reader.streams
        self._in_one_pass = in_one_pass and streams and not means.keep_archives

    def adopt_what_lies_there(self) -> None:
        """Take a file that lies at the artifact's place, if its bytes are right."""
        place = self._means.store.layout.dataset(self._artifact.dataset)
        lying = place / self._artifact.path
        receipt = self._means.store.receipt(self._artifact.dataset)
        is_ours = receipt and any(
            a.path == self._artifact.path for a in receipt.artifacts
        )
        if is_ours or lying.is_symlink() or not lying.is_file():
            return
        digest = self._artifact.digests[0]
        if digest not in self._digests_of(lying, digest.algorithm):
            raise LocalError(
                f"{lying}: a file with other bytes than the manifest's is in the way",
                mend="move it away, then run it again",
            )
        self._means.store.adopt(self._artifact.dataset, self._artifact.path, self._size)

    def _digests_of(self, path: Path, algorithm: str) -> tuple[Digest, ...]:
        running = RunningDigests({algorithm})
        with (
            local_errors(path),
            path.open("rb") as file,
            self._step("verify", self._size, 0) as advanced,
        ):
            while chunk := file.read(1024 * 1024):
                running.update(chunk)
                advanced(len(chunk))
        return running.digests()

    def fetched(self) -> "Fetched[Unpacked | None]":
        artifact, observer = self._artifact, self._means.observer
        addresses = self._means.addresses(artifact)
        self._copy_from(addresses[:1])
        with self._growing() as part:
            if not addresses and part.done < self._size:
                raise SourceError(f"{artifact.path}: nobody has put it in place yet")
            # What is all here already still passes the digest: from no address.
            addresses = addresses or (Address(url=f"file:{artifact.path}"),)
            with (
                self._step("fetch", self._size, part.done) as advanced,
                self._written_behind(part) as written,
            ):

                def came(count: int) -> None:
                    written(count)
                    advanced(count)

                fetched = fetch(
                    part,
                    artifact.digests,
                    addresses,
                    self._means.backends,
                    self._follow,
                    Watch(advanced=came, noted=observer.noted),
                    self._means.traffic,
                )
            if isinstance(part, PartFile) and self._is_kept:
                part.sync()
            return fetched

    def _copy_from(self, nearest: tuple[Address, ...]) -> None:
        """Let the kernel copy what the Hub's cache has, unless it is to be unpacked."""
        cache, artifact = self._means.hub_cache, self._artifact
        cached = cache.find(artifact) if cache and artifact.unpack is None else None
        if cached and nearest == (Address(url=cached.as_uri()),):
            self._means.store.take_copy(
                artifact.dataset, artifact.path, self._size, cached
            )

    @contextmanager
    def _growing(self) -> Iterator[PartFile | Window]:
        """Give what the bytes go into: a file, or what the unpacker takes them from."""
        if self._in_one_pass:
            # What an earlier try has left of the archive takes room the tree needs.
            remove_tree(self._folder)
            yield Window(self._size)
            return
        with PartFile(self._folder, self._size) as part:
            yield part

    @contextmanager
    def _written_behind(
        self, part: PartFile | Window
    ) -> Iterator[Callable[[int], None]]:
        if isinstance(part, PartFile) and self._is_kept:
            with part.written_behind() as written:
                yield written
        else:
            yield lambda count: None

    @property
    def _is_kept(self) -> bool:
        # An archive has all members, also those that the policy does not allow.
        keeps = self._means.keep_archives and not self._chosen
        return self._reader is None or keeps

    def _follow(self, stream: BinaryIO) -> "Unpacked | None":
        if self._reader is None or not self._reader.streams:
            return None
        return self._unpack(stream, self._reader)

    def unpacked_afterwards(self) -> "Unpacked | None":
        """Unpack an archive that can only be read as a whole."""
        if self._reader is None:
            return None
        with local_errors(self._data), self._data.open("rb") as file:
            return self._unpack(file, self._reader)

    def _unpack(self, archive: BinaryIO, reader: "ArchiveReader") -> "Unpacked":
        """Unpack into staging; what is refused takes no disk until the next try."""
        tree = self._folder / "tree"
        remove_tree(tree)
        try:
            return self._unpack_below(tree, archive, reader)
        except LemmError:
            remove_tree(tree)
            raise

    def _unpack_below(
        self, root: Path, archive: BinaryIO, reader: "ArchiveReader"
    ) -> "Unpacked":
        from lemm_catalog.unpack import Limits, unpack

        artifact = self._artifact
        assert artifact.unpack is not None
        into = artifact.unpack.into or ""
        with local_errors(root):
            (root / into).mkdir(parents=True)
        prefix = f"{into.rstrip('/')}/" if into else ""
        with (
            LedgerWriter(self._folder / "ledger") as ledger,
            StagedTree(root / into) as tree,
            self._step("unpack", artifact.unpacked, 0) as advanced,
        ):

            def record(member: "Member") -> None:
                path = prefix + member.path
                ledger.add(member.sha256, member.size, member.mtime_ns, path)

            return unpack(
                archive,
                reader,
                tree,
                limits=Limits(bytes=artifact.most_unpacked, members=artifact.members),
                strip=artifact.unpack.strip,
                record=record,
                advanced=advanced,
            )

    def recorded(
        self, fetched: "Fetched[Unpacked | None]", unpacked: "Unpacked | None"
    ) -> ReceivedArtifact:
        """Write the record; only then may the archive go."""
        artifact, store = self._artifact, self._means.store
        checksums = {d.algorithm: d.value for d in fetched.digests}
        kept = self._is_kept
        if kept:
            with local_errors(self._data):
                mtime_ns = self._data.stat().st_mtime_ns
            mode: Literal["a", "w"] = "a" if unpacked else "w"
            with LedgerWriter(self._folder / "ledger", mode) as ledger:
                ledger.add(checksums["sha256"], self._size, mtime_ns, artifact.path)
            marks = self._folder / "marks"
            write_marks(marks, checksums["sha256"], self._size, fetched.marks)
        if self._chosen:
            self._chosen.choice.write_credits(
                self._folder / "credits", self._chosen.opens
            )
        if unpacked:
            sync_everything()
        record = ReceivedArtifact(
            path=artifact.path,
            size=self._size,
            checksums=checksums,
            source=fetched.source,
            fetched=now(),
            part=artifact.part,
            unpacked=unpacking_of(artifact),
            unpacked_bytes=unpacked.bytes if unpacked else 0,
            members=unpacked.members if unpacked else 0,
            kept=kept,
            selection=self._chosen.choice.selection() if self._chosen else None,
        )
        store.record(artifact.dataset, record)
        if not kept:
            remove_tree(self._data)
        return record

    @contextmanager
    def _step(
        self, verb: Verb, total: int, done: int
    ) -> Iterator[Callable[[int], None]]:
        """Tell the observer of a step, whichever way it ends."""
        artifact, observer = self._artifact, self._means.observer
        step = Step(
            verb=verb, dataset=artifact.dataset, path=artifact.path, total=total
        )
        observer.started(step, done)
        try:
            yield lambda count: observer.advanced(step, count)
        except BaseException as error:
            observer.ended(step, str(error) or type(error).__name__)
            raise
        observer.ended(step, None)
