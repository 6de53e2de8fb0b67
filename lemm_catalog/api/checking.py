"""Sources asked whether they still have what manifests say, and what is kept of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import CatalogError, UsageError
from lemm_catalog.load.roots import lock_place
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.probe import Answer, Probe, Seen
from lemm_catalog.model.source import Source
from lemm_catalog.probing.asking import ask_all
from lemm_catalog.rules.answering import judged
from lemm_catalog.rules.selection import select
from lemm_catalog.settings import Settings

if TYPE_CHECKING:
    from lemm_catalog.model.lock import Lock


class _Question(NamedTuple):
    artifact: Artifact
    source: Source
    address: Address | None


def check_sources(
    catalog: Shelf,
    selection: Sequence[str],
    settings: Settings,
    *,
    allow_private: bool,
    update: bool,
) -> tuple[Probe, ...]:
    """Return how each source of a selection stands; nothing selects all.

    With ``update``, what a source that is fine said of its version is noted in the
    lock of its dataset.

    Raises:
        UsageError: if the selection names nothing, or there is no network to use.
        CatalogError: if a lock is wrong.
        LocalError: if a lock cannot be written.

    """
    if settings.offline:
        message = "sources cannot be asked offline"
        raise UsageError(message, mend="run it again without --offline")
    wanted = select(catalog, selection, exclude=settings.exclude)
    questions = [
        _Question(artifact, source, _address(source, settings))
        for one in wanted
        for artifact in catalog.dossiers[one.entry.id].artifacts
        if artifact.part in one.parts
        for source in artifact.sources
    ]
    asked = [q for q in questions if q.address is not None]
    addresses = [q.address for q in asked if q.address is not None]
    # Manifests may be strangers': redirects are held to public addresses as well.
    network = settings.network._replace(public_only=not allow_private)
    answers = ask_all(addresses, Backends(network))
    said = dict(zip(map(id, asked), answers, strict=True))
    locks = {one.entry.id: _lock(catalog, one.entry.id) for one in wanted}
    probes = tuple(
        _probe(q, said.get(id(q)), locks[q.artifact.dataset]) for q in questions
    )
    if update:
        fine = [
            (q, said[id(q)])
            for q, probe in zip(questions, probes, strict=True)
            if probe.state == "fine" and id(q) in said
        ]
        for name, lock in locks.items():
            noted = [(q, told) for q, told in fine if q.artifact.dataset == name]
            _note(catalog, name, lock, noted)
    return probes


def _address(source: Source, settings: Settings) -> Address | None:
    if source.is_manual or not source.url:
        return None
    token = settings.tokens.get(source.token_env) if source.token_env else None
    return Address(url=source.url, token=token)


def _probe(question: _Question, answer: Answer | None, lock: "Lock | None") -> Probe:
    artifact, source = question.artifact, question.source
    if answer is None:
        why = "is brought by hand" if source.is_manual else "lies beside the manifest"
        return Probe(artifact.dataset, artifact.path, source.shown, "unasked", why)
    seen = _seen(artifact, lock)
    is_same = seen is not None and seen.url == source.url
    is_page = artifact.path.lower().endswith((".html", ".htm"))
    size = artifact.size
    state, message = judged(answer, size, seen if is_same else None, is_page=is_page)
    return Probe(
        dataset=artifact.dataset,
        path=artifact.path,
        source=source.shown,
        state=state,
        message=message.removeprefix(f"{source.shown}: "),
        expected_bytes=size,
        bytes=answer.total,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def _seen(artifact: Artifact, lock: "Lock | None") -> Seen | None:
    files = [one for pins in lock.files.values() for one in pins] if lock else []
    for one in files:
        if one.path == artifact.path:
            return Seen(one.url, one.etag, one.last_modified)
    return None


def _place(catalog: Shelf, name: str) -> Path:
    return lock_place(Path(catalog.entries[name].home), name)


def _lock(catalog: Shelf, name: str) -> "Lock | None":
    path = _place(catalog, name)
    if not path.exists():
        return None
    from lemm_catalog.load.check import check
    from lemm_catalog.load.document import read_json
    from lemm_catalog.load.files import UnreadableError
    from lemm_catalog.model.lock import Lock

    try:
        value, problems = check(read_json(path), "lock", Lock)
    except UnreadableError as error:
        raise CatalogError((error.problem,)) from error
    if value is None:
        raise CatalogError(problems)
    return value


def _note(
    catalog: Shelf,
    name: str,
    lock: "Lock | None",
    noted: Sequence[tuple[_Question, Answer]],
) -> None:
    """Write what the sources of a dataset said, unless the lock says it already."""
    from lemm_catalog.api.locking import write_lock
    from lemm_catalog.means import now
    from lemm_catalog.rules.locking import Noted, is_same, noted_lock

    said = [
        Noted(q.artifact, q.source.url, answer.etag, answer.last_modified)
        for q, answer in noted
    ]
    new = noted_lock(name, lock, said, now())
    if not is_same(lock, new):
        write_lock(_place(catalog, name), new)
