"""The small files of a dataset into staging, many at once.

What does not come right at the first asking is left to `bring`, which is patient and
says in words what is wrong.
"""

from collections.abc import Sequence
from pathlib import Path

from lemm_catalog.digest import Digest, RunningDigests, algorithms_for
from lemm_catalog.means import Means, now
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.receipt import ReceivedArtifact
from lemm_catalog.progress import small_files
from lemm_catalog.store.files import names_in, sync_everything
from lemm_catalog.store.layout import key_of
from lemm_catalog.store.small import SmallStage
from lemm_catalog.transfer.missing import MANY, SMALL
from lemm_catalog.transfer.small import Wanted, fetch_small


class SmallFiles:
    """The small files among the artifacts of a dataset, and those that are here."""

    def __init__(
        self,
        dataset: str,
        artifacts: Sequence[Artifact],
        holding: Holding,
        means: Means,
    ) -> None:
        self._dataset = dataset
        self._means = means
        self._stage = SmallStage(means.store.layout, dataset)
        self._staged = names_in(means.store.layout.staging(dataset))
        self._artifacts = {artifact.path: artifact for artifact in artifacts}
        self._wanted = self._among(artifacts, holding)
        self.received: dict[str, ReceivedArtifact] = {}

    def _among(
        self, artifacts: Sequence[Artifact], holding: Holding
    ) -> dict[str, Wanted]:
        found: dict[str, Wanted] = {}
        for artifact in artifacts:
            if _is_small(artifact) and not self._lies_elsewhere(artifact, holding):
                wanted = self._as_wanted(artifact)
                if wanted is not None:
                    found[artifact.path] = wanted
        return found if len(found) >= MANY else {}

    def _lies_elsewhere(self, artifact: Artifact, holding: Holding) -> bool:
        return artifact.path in holding.lying or key_of(artifact.path) in self._staged

    def _as_wanted(self, artifact: Artifact) -> Wanted | None:
        addresses = self._means.addresses(artifact)
        if not addresses:
            return None
        return Wanted(
            path=artifact.path,
            address=addresses[0],
            size=artifact.size or 0,
            digests=artifact.digests,
            part=artifact.part,
        )

    def _elsewhere(self, one: Wanted) -> Wanted:
        """Return where to ask for it now, if its host was given up meanwhile."""
        is_given_up = self._means.traffic.hosts.of(one.address.url).is_given_up
        again = self._as_wanted(self._artifacts[one.path]) if is_given_up else None
        return again or one

    def is_one(self, artifact: Artifact) -> bool:
        """Whether an artifact is among them."""
        return artifact.path in self._wanted

    def bring(self) -> None:
        """Bring those that come right at once; may be called again for the rest.

        Raises:
            LocalError: if this machine fails.

        """
        left = [
            self._elsewhere(one)
            for path, one in self._wanted.items()
            if path not in self.received
        ]
        if len(left) < MANY:
            return
        observer = self._means.observer
        step = small_files("fetch", self._dataset, [one.size for one in left])
        observer.started(step, 0)

        def place(one: Wanted, data: memoryview, digests: tuple[Digest, ...]) -> None:
            record = _record(one, digests)
            stage.add(one.path, data, record.checksums["sha256"])
            self.received[one.path] = record
            observer.advanced(step, one.size)

        try:
            with self._stage as stage:
                fetch_small(left, self._means.backends, self._means.traffic, place)
            sync_everything()
        except BaseException as error:
            observer.ended(step, str(error) or type(error).__name__)
            raise
        observer.ended(step, None)

    def take_up(self) -> None:
        """Take what an earlier try has left, as far as its bytes are right.

        Raises:
            LocalError: if the disk does not let it.

        """
        found: dict[str, ReceivedArtifact] = {}

        def is_right(path: str, place: Path) -> bool:
            one = self._wanted[path]
            running = RunningDigests(algorithms_for(one.digests))
            running.update(place.read_bytes())
            digests = running.digests()
            if set(one.digests) <= set(digests):
                found[path] = _record(one, digests)
            return path in found

        sizes = {path: one.size for path, one in self._wanted.items()}
        times = self._stage.kept(sizes, is_right)
        if times:
            with self._stage as stage:
                for path, mtime_ns in times.items():
                    record = found[path]
                    sha256 = record.checksums["sha256"]
                    stage.note(path, record.size, sha256, mtime_ns)
        self.received |= found


def _is_small(artifact: Artifact) -> bool:
    return (
        artifact.unpack is None
        and artifact.size is not None
        and artifact.size <= SMALL
        and bool(artifact.digests)
    )


def _record(one: Wanted, digests: Sequence[Digest]) -> ReceivedArtifact:
    return ReceivedArtifact(
        path=one.path,
        size=one.size,
        checksums={digest.algorithm: digest.value for digest in digests},
        source=one.address.shown,
        fetched=now(),
        part=one.part,
    )
