"""Starts the pull of a Space behind an app, and gives the app a handle on it."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lemm_catalog.model.plain import plain
from lemm_catalog.model.space import Space
from lemm_catalog.space.board import Board
from lemm_catalog.space.supervisor import Patience, Supervisor, child_command

_PATIENCE = Patience()


class Handle:
    """A pull that goes on in the background."""

    def __init__(self, board: Board, supervisor: Supervisor) -> None:
        self.board = board
        self._supervisor = supervisor

    @property
    def ready(self) -> bool:
        """Whether all that is wanted is here."""
        return self.board.space.ready

    def status(self) -> dict[str, Any]:
        """Return how the Space stands, as ``/status`` shows it."""
        self.board.tick()
        return space_data(self.board.space)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing more will come by itself; whether that is so."""
        return self._supervisor.wait(seconds)

    def stop(self) -> None:
        """End the pull, within 5 seconds; what is here of it stays."""
        self._supervisor.stop()


def autostart(
    selection: Sequence[str] = (),
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    catalog: Sequence[str | os.PathLike[str]] = (),
    config: str | os.PathLike[str] | None = None,
    exclude: Sequence[str] = (),
    patience: Patience = _PATIENCE,
    heard: Callable[[Space], None] | None = None,
    **options: Any,
) -> Handle:
    """Start pulling in a process of its own, and return at once.

    The settings are those of the command line: what is given here is over the
    environment, which is over the config file. ``selection`` is of phases, ids and
    globs, ``options`` are the command's others by their long names, such as
    ``max_storage="40GB"``, ``commercial=True`` or ``reserve="2GB"``; ``heard`` is
    called with each change. What is wrong with any of them is in the status.
    """
    if isinstance(selection, str):
        selection = (selection,)
    given = {
        "selection": list(selection),
        "cache_dir": None if cache_dir is None else os.fspath(cache_dir),
        "catalog": [os.fspath(root) for root in catalog],
        "config": None if config is None else os.fspath(config),
        "exclude": list(exclude),
        **options,
    }
    board = Board()
    if heard is not None:
        board.listen(heard)
    return start(board, given, patience)


def start(
    board: Board, given: Mapping[str, Any], patience: Patience = _PATIENCE
) -> Handle:
    """Start pulling by the options of the command line, and tell the board."""
    words = json.dumps(given, default=os.fspath)
    supervisor = Supervisor(child_command(words), board, patience)
    supervisor.start()
    return Handle(board, supervisor)


def space_data(space: Space) -> dict[str, Any]:
    """Return how a Space stands as plain data, with its schema name."""
    data: dict[str, Any] = plain(space)
    return {"schema": "lemm-catalog/space@1", **data}
