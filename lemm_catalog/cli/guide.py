"""The guide's command: ``python -m lemm_catalog.dataset_manager``."""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from lemm_catalog.cli.boundary import guarded
from lemm_catalog.cli.console import Console, speak_any_language, wants_color
from lemm_catalog.cli.progress import observing
from lemm_catalog.model.outcome import Outcome
from lemm_catalog.progress import Observer
from lemm_catalog.render.guide import datasets_text, summary_text
from lemm_catalog.render.outcomes import outcome_text

LOGGER = "lemm_catalog.dataset_manager"


class Manager(Protocol):
    """What the command needs of the dataset manager."""

    def list_available_datasets(self) -> list[dict[str, Any]]:
        """Return what there is to download."""

    def get_status_summary(self) -> dict[str, Any]:
        """Return what is here, in figures."""

    def not_counted(self) -> list[str]:
        """Return what lies there and does not count, with the reason."""

    def bring(self, phase: str) -> Outcome:
        """Download a phase, and return how each dataset of it ended."""


Opening = Callable[[str | None, Observer], Manager]


def main(opening: Opening) -> None:
    """Run the guide's command line over a manager that is opened for it."""
    speak_any_language()
    words = _parser().parse_args()
    console = Console(color=wants_color(refused=False))

    def act() -> int:
        with observing(console) as shown, _told(console):
            return _answer(words, opening(words.cache_dir, shown), console)

    sys.exit(guarded(console, act, debug=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lemm_catalog.dataset_manager",
        description="The guide's command; `lemm-catalog --help` has all there is.",
        allow_abbrev=False,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--list", action="store_true", help="List the datasets there are."
    )
    what.add_argument(
        "--status", action="store_true", help="Say what is here, and what is not."
    )
    what.add_argument("--phase", metavar="NAME", help="Download a phase.")
    parser.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="Where the data lies; default: as configured, or datasets.",
    )
    return parser


def _answer(words: argparse.Namespace, manager: Manager, console: Console) -> int:
    if words.list:
        found = manager.list_available_datasets()
        console.result(datasets_text(found, console.width))
        return 0
    if words.status:
        lying = manager.not_counted()
        summary = manager.get_status_summary()
        console.result(summary_text(summary, lying, console.width))
        return 0
    outcome = manager.bring(words.phase)
    console.result(outcome_text(outcome, console.width))
    return outcome.exit_code


@contextmanager
def _told(console: Console) -> Iterator[None]:
    """Tell on stderr what the manager logs."""
    logger, handler = logging.getLogger(LOGGER), _Telling(console)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Telling(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one line; a failure even where others are quiet."""
        if record.levelno >= logging.ERROR:
            self._console.failure(record.getMessage())
        else:
            self._console.talk(record.getMessage())
