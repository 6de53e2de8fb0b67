"""The guide's `DatasetManager` and its command, a thin face over the catalog.

::

    manager = DatasetManager(cache_dir="datasets")
    manager.download_dataset("nsynth")
    manager.get_status_summary()["downloaded"]

Settings are those of the command line: environment over config file over default.
Failures are logged to ``lemm_catalog.dataset_manager`` and answered with False.
"""

import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from lemm_catalog.api import guided
from lemm_catalog.api.catalog import Catalog
from lemm_catalog.cli.console import safe
from lemm_catalog.cli.options import settings_of
from lemm_catalog.errors import LemmError, LocalError, UsageError
from lemm_catalog.model.item import Item
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.model.records import Records
from lemm_catalog.progress import Observer, SilentObserver
from lemm_catalog.rules.selection import find
from lemm_catalog.settings import Settings, folder
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.summary import read_summary, summarize

_LOGGER: Final = logging.getLogger("lemm_catalog.dataset_manager")
_GIVEN: Final = {"config": None, "catalog": (), "cache_dir": None, "offline": False}


class DatasetManager:
    """The datasets of a cache directory, as the guide has them.

    ``status`` has what ``dataset_status.json`` says: ``downloaded`` maps ids to
    records, ``failed`` ids to reasons. Deleting a record makes the next download fetch
    the dataset anew; ``status["downloaded"].clear()`` takes the data off the disk.
    Both are done by `_save_status`, or with the next download.
    """

    def __init__(
        self,
        cache_dir: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Read what is here; nothing is written, and no network is used.

        Without ``settings`` they are those of this process, as the command line has
        them. ``cache_dir`` is over them. ``observer`` is told what happens.

        Raises:
            UsageError: if a variable or the configuration cannot be understood.
            CatalogError: if a file of the catalog is wrong.

        """
        self._settings = settings or settings_of(_GIVEN)
        if cache_dir is not None:
            place = folder(os.fspath(cache_dir))
            self._settings = self._settings._replace(cache_dir=place)
        self._observer = observer or _LoggedNotes()
        self._catalog = Catalog.load(
            *self._settings.catalog, index=self._settings.index_dir
        )
        self._store = Contents(self._settings.cache_dir)
        self.cache_dir = self._settings.cache_dir
        self.status_file = self._store.layout.summary
        self.status: dict[str, Any] = {}
        self._proven: frozenset[str] = frozenset()
        self._reload()
        for said in guided.about_summary(self._store):
            self._observer.noted(said)

    def download_dataset(self, dataset_id: str) -> bool:
        """Download a dataset unless it is here; whether all of it is here now."""
        try:
            name = find(self._catalog, dataset_id).id
            outcome = self._carried_out(name)
        except LemmError as error:
            self._failed(dataset_id, [dataset_id], error)
            return False
        return outcome.exit_code == 0

    def download_phase(
        self, phase: str | None = None, skip_existing: bool = True
    ) -> tuple[int, int]:
        """Download a phase, or the configured one; (how many are here, how many not).

        With ``skip_existing`` False, what is here is fetched anew.
        """
        name, wanted = phase or self._settings.phase, set[str]()
        try:
            wanted = {item.id for item in self._items(self._rung(name))}
            outcome = self.bring(name, anew=not skip_existing)
        except LemmError as error:
            lacking = wanted - self._proven
            self._failed(name, sorted(lacking), error)
            return len(wanted) - len(lacking), len(lacking)
        failed = sum(one.exit_code != 0 for one in outcome.datasets)
        return len(outcome.datasets) - failed, failed

    def bring(self, phase: str, *, anew: bool = False) -> Outcome:
        """Download a phase, and return how each dataset of it ended.

        Raises:
            UsageError: if there is no such phase.
            RefusedError: if it does not fit; nothing was downloaded.
            LocalError: if the disk does not let it.

        """
        return self._carried_out(self._rung(phase), anew=anew)

    def get_status_summary(self) -> dict[str, Any]:
        """Return what is here in figures; ``downloaded_size_gb`` in 10^9 bytes."""
        known = (self.status["downloaded"], self.status["failed"])
        return guided.in_figures(self._catalog, self._store, self._settings, *known)

    def list_available_datasets(self) -> list[dict[str, Any]]:
        """Return what may be downloaded, by priority, each as a dict.

        ``status`` is ``downloaded``, ``not_downloaded``, ``failed``, ``partial``,
        ``damaged`` or ``outdated``; ``key`` is the id in the guide's spelling.
        """
        known = (self.status["downloaded"], self.status["failed"])
        return guided.available(self._catalog, self._store, self._settings, *known)

    def not_counted(self) -> list[str]:
        """Return what lies in the cache and does not count, with the reason."""
        return list(guided.not_counted(self._catalog, self._store, self._settings))

    def _save_status(self) -> None:
        """Do what was changed in ``status``, and write ``dataset_status.json`` anew.

        Raises:
            LocalError: if the disk does not let it.

        """
        self._forget()
        for name in Records[Any](self.status.get("downloaded") or {}):
            if name not in self._proven:
                self._observer.noted(f"{name}: no receipt proves it; it does not count")
        failed = self.status.get("failed") or {}
        summarize(self._store.layout, {k: str(v) for k, v in failed.items()})
        self._reload()

    def _forget(self) -> None:
        """Let go of what has no record any more."""
        records = self.status.get("downloaded")
        kept = Records[Any](records or {}).keys()
        cleared = records.cleared if isinstance(records, Records) else set()
        gone, self._proven = self._proven - kept, self._proven & kept
        if gone:
            from lemm_catalog.api.forgetting import forget  # brings the engine

            anew, away = sorted(gone - cleared), sorted(gone & cleared)
            forget(self._catalog, anew, away, self._settings, self._observer)
            summarize(self._store.layout)

    def _carried_out(self, word: str, *, anew: bool = False) -> Outcome:
        from lemm_catalog.api import older  # these bring the engine, and TLS
        from lemm_catalog.cli.logs import logged

        self._forget()
        for item in self._items(word):
            if item.id not in self._proven:
                older.take_in(self._settings, item, self._observer)
        verb = self._catalog.refresh if anew else self._catalog.pull
        with logged(self._observer, self.cache_dir) as seen:
            outcome = verb(word, settings=self._settings, observer=seen)
            seen.concluded(outcome)
        failed = {one.id: one for one in outcome.datasets if one.exit_code}
        for name, one in failed.items():
            self._tell(name, one.message, one.exit_code)
        if failed:
            # A disk that is full must not hide why it all failed.
            with suppress(LocalError):
                reasons = {name: one.message for name, one in failed.items()}
                summarize(self._store.layout, reasons)
        self._reload()
        return outcome

    def _failed(self, word: str, lacking: Iterable[str], error: LemmError) -> None:
        """Log what went wrong, and keep it in ``status``."""
        self._tell(word, str(error), error.exit_code)
        for name in Records[None](dict.fromkeys(lacking)):
            if name in self._catalog.entries:
                self.status["failed"][name] = str(error)

    def _tell(self, name: str, cause: str, exit_code: int) -> None:
        from lemm_catalog.render.guide import failure_text

        entry = self._catalog.dossiers.get(name)
        sources = [s.shown for a in entry.artifacts for s in a.sources] if entry else []
        free = None
        with suppress(LocalError):  # what is told is worse already
            free = self._store.free_bytes()
        text = failure_text(
            name,
            cause,
            exit_code=exit_code,
            from_hub=any(text.startswith("hf://") for text in sources),
            free_bytes=free,
        )
        _LOGGER.error("%s", safe(text))

    def _reload(self) -> None:
        """Read what is here into ``status``; mappings that are known stay the same."""
        downloaded = guided.proven(self._catalog, self._store, self._settings)
        found = read_summary(self.status_file)
        told = {**(self.status.get("failed") or {}), **found.failed}
        failed = {k: v for k, v in told.items() if k not in downloaded}
        for key, pairs in (("downloaded", downloaded), ("failed", failed)):
            if not isinstance(self.status.get(key), Records):
                self.status[key] = Records[Any]()
            self.status[key].reset(pairs)
        self.status["last_updated"] = found.updated
        self._proven = frozenset(downloaded)

    def _rung(self, phase: str) -> str:
        name = phase.replace("_", "-").lower()
        if name not in self._catalog.ladder:
            known = ", ".join(self._catalog.ladder)
            raise UsageError(f"there is no phase {phase!r}", mend=f"known: {known}")
        return name

    def _items(self, word: str) -> tuple[Item, ...]:
        return self._catalog.items([word], self._settings)


class _LoggedNotes(SilentObserver):
    """Logs what is worth a line, and is silent else."""

    def noted(self, message: str) -> None:
        """Log it."""
        _LOGGER.warning("%s", safe(message))


def _open(cache_dir: str | None, observer: Observer) -> DatasetManager:
    return DatasetManager(cache_dir, observer=observer)


if __name__ == "__main__":
    from lemm_catalog.cli.guide import main

    main(_open)
