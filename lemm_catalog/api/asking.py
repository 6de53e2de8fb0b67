"""Asking sources what the manifest does not pin: sizes, lists, commits, digests.

The first source of a file that answers is believed; the others are mirrors of it, held
to the same digests. A digest that the source does not tell is made of the bytes: at
once for what is small, else only when that was asked for.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from lemm_catalog.api.digesting import digest_of_large
from lemm_catalog.backends.address import Address
from lemm_catalog.backends.reply import plain
from lemm_catalog.digest import Digest, RunningDigests, git_id
from lemm_catalog.errors import PassingError, SourceError, WrongBytesError
from lemm_catalog.means import Means
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.lock import Lock, LockedFile
from lemm_catalog.model.manifest import File, Manifest
from lemm_catalog.model.source import Source
from lemm_catalog.model.text import relative_path
from lemm_catalog.model.told import Told, ToldFile, plain_line
from lemm_catalog.progress import Step
from lemm_catalog.resolve import addresses_of
from lemm_catalog.rules.artifacts import at_commit, below, is_taken
from lemm_catalog.rules.locking import Pinned, known_pin
from lemm_catalog.sizes import format_size
from lemm_catalog.transfer.patience import Patience

T = TypeVar("T")
# What git keeps of a repository is small files, and a sha256 of them is worth more
# than git's own ids, which can be forged. More than this is asked for by --fetch.
MOST_UNASKED = 64_000_000


class Open(NamedTuple):
    """What could not be pinned, in words that say what would help."""

    path: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Asks the sources of one dataset; ``fetches`` also what needs all its bytes."""

    means: Means
    fetches: bool
    notes: list[str] = field(default_factory=list)

    def ask(self, manifest: Manifest, file: File, old: Lock | None) -> Pinned | Open:
        """Return what a file or set of a manifest is pinned to.

        Raises:
            SourceError: if no source tells; it says why for each.
            LocalError: if what is fetched cannot be kept.

        """
        failures = []
        for source in file.source:
            if source.is_manual:
                continue
            try:
                return _Asking(self, manifest, file, source, old).pinned()
            except SourceError as error:
                failures.append(str(error))
        raise SourceError("; ".join(failures))


class _Asking:
    """One file or set, asked of one source."""

    def __init__(
        self,
        asker: Asker,
        manifest: Manifest,
        file: File,
        source: Source,
        old: Lock | None,
    ) -> None:
        self._asker = asker
        self._means = asker.means
        self._id = manifest.id
        self._file = file
        self._source = source
        self._old = old
        self._stop = threading.Event()

    def pinned(self) -> Pinned | Open:
        told = self._told()
        place = HubPlace.parse(self._source.url or "")
        commits = {}
        if place and told.commit and not place.is_pinned:
            commits = {place.root: told.commit}
        if place and told.moved:
            self._asker.notes.append(
                f"{place.repo} is called {told.moved} by now; name that in the manifest"
            )
        files = [one for one in told.files if self._is_wanted(one)]
        if len({one.path for one in files}) < len(files):
            raise SourceError(f"{self._source.shown}: lists a file twice")
        unproven = [one for one in files if not self._proof(one)]
        if why := self._why_not(unproven):
            return Open(self._file.path, why)
        source = at_commit(self._source, commits)
        pins = tuple(self._pin(one, source) for one in files)
        return Pinned(self._file.path, pins, commits)

    def _told(self) -> Told:
        address = self._address(self._source)
        backend = self._means.backends.for_url(address.url)
        self._means.observer.noted(f"{self._id}: asking {address.shown}")
        if self._file.is_set:
            return self._patiently(lambda: backend.listing(address))
        return self._patiently(lambda: backend.probe(address))

    def _is_wanted(self, one: ToldFile) -> bool:
        if not self._file.is_set:
            return True
        if not is_taken(self._file, one.path):
            return False
        try:
            relative_path(f"{self._file.path}{one.path}")
        except ValueError as error:
            raise SourceError(
                f"{self._source.shown}: {one.path!r} cannot be a file's name "
                f"everywhere: {error}",
                mend="leave it out by exclude",
            ) from error
        return True

    def _proof(self, one: ToldFile) -> dict[str, str] | None:
        """Return what proves a file without its bytes; None if nothing does."""
        if one.digests:
            return {digest.algorithm: digest.value for digest in one.digests}
        if any(digest.is_strong for digest in self._file.digests):
            return {}  # the manifest has a digest, and lacked the size
        known = known_pin(
            self._old,
            self._file,
            f"{self._file.path}{one.path}",
            size=one.size,
            etag=one.etag,
        )
        return dict(known.checksums) if known else None

    def _why_not(self, unproven: Sequence[ToldFile]) -> str | None:
        """Return why files stay open that no digest is told of."""
        if any(one.size is None for one in unproven):
            return (
                "the source tells no size, so that a cut download could not be told "
                "from a whole one; put size and sha256 into the manifest"
            )
        total = sum(one.size or 0 for one in unproven)
        is_near = self._source.path is not None
        is_little = all(one.git for one in unproven) and total <= MOST_UNASKED
        if not unproven or is_near or is_little or self._asker.fetches:
            return None
        what = f"{len(unproven):,} of its files" if self._file.is_set else "it"
        seen = "" if self._file.is_set else f" ({unproven[0].shown})"
        return (
            f"the source tells no checksum of {what}{seen}; --fetch makes one of the "
            f"bytes, {format_size(total)}"
        )

    def _pin(self, one: ToldFile, source: Source) -> LockedFile:
        proof = self._proof(one)
        where = below(source, one.path) if one.path else source
        if proof is None:
            digest = self._digest_of_bytes(one, where)
            proof = {digest.algorithm: digest.value}
        single = not self._file.is_set
        try:
            return LockedFile(
                path=f"{self._file.path}{one.path}",
                size=one.size or 0,
                checksums=proof,
                url=where.url if single else None,
                etag=plain_line(one.etag) if single or not one.digests else None,
                last_modified=plain_line(one.last_modified),
            )
        except ValueError as error:
            raise SourceError(
                f"{where.shown}: cannot be pinned: {plain(error)}"
            ) from error

    def _digest_of_bytes(self, one: ToldFile, source: Source) -> Digest:
        address, path = self._address(source), f"{self._file.path}{one.path}"
        size = one.size or 0
        step = Step(verb="fetch", dataset=self._id, path=path, total=size)
        observer = self._means.observer
        observer.started(step, 0)
        try:
            if one.git and size <= MOST_UNASKED:
                data = self._patiently(lambda: self._small(address, size))
                observer.advanced(step, size)
                if git_id(data) != one.git:
                    raise WrongBytesError(
                        f"{address.shown}: gave bytes that are not those of its commit"
                    )
                digest = _sha256([data])
            elif address.url.startswith("file:"):
                digest = self._patiently(lambda: _sha256(self._pieces(address, size)))
            else:
                digest = digest_of_large(self._means, self._id, address, step)
        except BaseException as error:
            observer.ended(step, str(error) or type(error).__name__)
            raise
        observer.ended(step, None)
        return digest

    def _small(self, address: Address, size: int) -> bytes:
        return b"".join(self._pieces(address, size))

    def _pieces(self, address: Address, size: int) -> Iterator[bytes]:
        """Give the bytes of a source that is to have so many.

        Raises:
            SourceError: if it has more or fewer, or breaks off.

        """
        reply = self._means.backends.for_url(address.url).open(address)
        buffer, got = memoryview(bytearray(1 << 20)), 0
        try:
            while got <= size and (count := reply.readinto(buffer)):
                got += count
                yield bytes(buffer[:count])
        finally:
            reply.close()
        if got != size:
            raise PassingError(f"{address.shown}: gave {got} bytes and not {size}")

    def _address(self, source: Source) -> Address:
        means = self._means
        # Upstream itself is pinned, not a site's own mirror of it.
        only = Artifact(
            dataset=self._id, path="", sources=(source,), size=None, expected=0
        )
        home: Path | None = means.homes.get(self._id)
        return addresses_of(only, home, {}, means.tokens)[0]

    def _patiently(self, ask: Callable[[], T]) -> T:
        patience = Patience(self._stop, self._means.backends.waits)
        while True:
            try:
                return ask()
            except PassingError as error:
                patience.wait_after(error)


def _sha256(pieces: Iterator[bytes] | list[bytes]) -> Digest:
    running = RunningDigests({"sha256"})
    for piece in pieces:
        running.update(piece)
    return running.digests()[0]
