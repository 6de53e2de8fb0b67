"""One artifact of which some files are damaged: from where each of them is mended."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from lemm_catalog.archives.table import reader_for
from lemm_catalog.backends.address import Address
from lemm_catalog.errors import SourceError
from lemm_catalog.means import Means
from lemm_catalog.mend.ledgers import write_from_archive, write_from_receipt
from lemm_catalog.mend.members import Members
from lemm_catalog.mend.pieces import mend_file
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import Step
from lemm_catalog.resolve import addresses_of
from lemm_catalog.store.amend import PublishedTree
from lemm_catalog.store.ledger import Line
from lemm_catalog.store.marks import read_marks
from lemm_catalog.transfer.front import StoppedError
from lemm_catalog.transfer.ranges import Ranges

# With more members than this to ask for one by one, the whole comes sooner.
_MOST_ASKED = 1000


@dataclass
class Mended:
    """What was mended of a dataset: its artifacts, and the bytes fetched for them."""

    paths: list[str] = field(default_factory=list)
    bytes_fetched: int = 0


class Work:
    """One artifact, of which some files are damaged."""

    def __init__(
        self,
        artifact: Artifact,
        received: ReceivedArtifact,
        means: Means,
        mended: Mended,
        stop: threading.Event,
        offline: bool,
    ) -> None:
        self._artifact = artifact
        self._received = received
        self._means = means
        self._mended = mended
        self._stop = stop
        self._offline = offline

    def is_mended(self, files: Collection[str]) -> bool:
        """Mend these files, and return whether all of them are right now.

        Raises:
            LocalError: if the disk does not let it.

        """
        store, artifact = self._means.store, self._artifact
        place = store.layout.dataset(artifact.dataset)
        with PublishedTree(place, store.layout.staging(artifact.dataset)) as tree:
            lines = self._lines()
            if len(lines) != self._received.members + self._received.kept:
                if not self._has_rebuilt_ledger(tree):
                    return False
                lines = self._lines()
                files = lines.keys()
            wanted = {path: lines[path] for path in files if path in lines}
            if len(wanted) != len(files):
                return False
            return self._is_mended(tree, wanted)

    def _is_mended(self, tree: PublishedTree, lines: dict[str, Line]) -> bool:
        wanted = {p: line for p, line in lines.items() if not tree.is_right(line)}
        own = wanted.pop(self._artifact.path, None) if self._received.kept else None
        # A kept archive that is whole spares its members the network.
        if own is not None and not self._mend_kept(tree, own):
            return False
        return not wanted or self._mend_members(tree, wanted)

    def _lines(self) -> dict[str, Line]:
        ledger = self._means.store.ledger(self._artifact.dataset, self._artifact.path)
        return {line.path: line for line in ledger or ()}

    def _has_rebuilt_ledger(self, tree: PublishedTree) -> bool:
        """Write a lost ledger anew from what proves it; whether that could be."""
        artifact, received = self._artifact, self._received
        place = self._means.store.layout.ledger(artifact.dataset, artifact.path)
        if artifact.unpack is None:
            write_from_receipt(place, received, tree)
        else:
            reader = reader_for(artifact.path, artifact.unpack.format)
            if not self._from_any(
                self._addresses(tree) if reader.streams else (),
                lambda source: write_from_archive(
                    place, artifact, received, tree, source, reader
                ),
            ):
                return False
        noted = f"{artifact.dataset}: the ledger of {artifact.path} was lost"
        self._means.observer.noted(f"{noted}; it was written anew")
        return True

    def _mend_kept(self, tree: PublishedTree, line: Line) -> bool:
        layout, artifact = self._means.store.layout, self._artifact
        place = layout.marks(artifact.dataset, artifact.path)
        marks = read_marks(place, line.sha256, line.size)
        if marks is None:
            return False

        def mend_from(source: Ranges) -> bool:
            with suppress(OSError):
                return mend_file(tree, line, marks, source.read)
            return False

        return self._from_any(self._addresses(), mend_from)

    def _mend_members(self, tree: PublishedTree, wanted: dict[str, Line]) -> bool:
        artifact, received = self._artifact, self._received
        if artifact.unpack is None:
            return False
        reader = reader_for(artifact.path, artifact.unpack.format)
        size = sum(line.size for line in wanted.values())
        is_much = 2 * size > received.unpacked_bytes and len(wanted) > 1
        if not received.kept and (
            is_much or (not reader.streams and len(wanted) > _MOST_ASKED)
        ):
            return False
        members = Members(tree, artifact.unpack, wanted)

        def mend_from(source: Ranges) -> bool:
            members.mend_from(source, reader)
            return not members.wanted

        return self._from_any(self._addresses(tree), mend_from)

    def _addresses(self, tree: PublishedTree | None = None) -> tuple[Address, ...]:
        """Return where the artifact may be asked for; first where it lies itself."""
        means, artifact = self._means, self._artifact
        home = means.homes.get(artifact.dataset)
        found = addresses_of(artifact, home, means.mirrors, means.tokens)
        if self._offline:
            found = tuple(a for a in found if a.url.startswith("file:"))
        if tree is not None and self._received.kept:
            return (Address(url=(tree.root / artifact.path).as_uri()), *found)
        return found

    def _from_any(
        self, addresses: tuple[Address, ...], mend_from: Callable[[Ranges], bool]
    ) -> bool:
        """Try one source after the other; whether one of them had what it takes."""
        means, size = self._means, self._artifact.size or 0
        with self._step() as told:
            for address in addresses:
                source = Ranges(means.backends, address, size, told, self._stop)
                try:
                    if mend_from(source):
                        return True
                except StoppedError:
                    raise
                except SourceError as error:
                    means.observer.noted(f"{error.message}; not mended from there")
        return False

    @contextmanager
    def _step(self) -> Iterator[Callable[[int], None]]:
        artifact, observer = self._artifact, self._means.observer
        step = Step(
            verb="fetch", dataset=artifact.dataset, path=artifact.path, total=None
        )

        def told(count: int) -> None:
            self._mended.bytes_fetched += count
            observer.advanced(step, count)

        observer.started(step, 0)
        try:
            yield told
        except BaseException as error:
            observer.ended(step, str(error) or type(error).__name__)
            raise
        observer.ended(step, None)
