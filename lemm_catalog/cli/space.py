"""``lemm-catalog space``."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lemm_catalog.cli.console import Console
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import PLANNING, SHARED
from lemm_catalog.errors import LocalError, UsageError
from lemm_catalog.space.board import Board
from lemm_catalog.space.lines import Lines
from lemm_catalog.space.server import Server
from lemm_catalog.space.site import SpaceSite
from lemm_catalog.space.starting import start

HOST, PORT = "0.0.0.0", 7860  # noqa: S104 - the platform comes from outside
INIT = "init"
TAKES: Takes = (
    Argument(
        name="words",
        metavar="SELECTION",
        help="Phases, dataset ids, id/part, or globs; none: the configured phase. "
        "`init [DIR]`: write what a Space needs into DIR, or here.",
    ),
    Option(
        name="host",
        flags=("--host",),
        kind="text",
        metavar="HOST",
        help=f"Where to listen; default: {HOST}.",
    ),
    Option(
        name="port",
        flags=("--port",),
        kind="count",
        metavar="N",
        most=65535,
        help=f"The port to listen on; default: PORT or {PORT}.",
    ),
    Option(
        name="reserve",
        flags=("--reserve",),
        kind="text",
        metavar="SIZE",
        help="Disk to leave free; default: a tenth, 5GB at most.",
    ),
    Option(
        name="force",
        flags=("--force",),
        help="With init: write over files that are there.",
    ),
    *PLANNING,
    *SHARED,
)


class SpaceRun(NamedTuple):
    """A run whose settings are read by the child: they may be wrong, and it serves."""

    given: Mapping[str, Any]
    console: Console


def begin(console: Console, given: Mapping[str, Any]) -> SpaceRun:
    """Return the run; nothing is read yet."""
    return SpaceRun(given, console)


def run(
    run: SpaceRun,
    *,
    words: tuple[str, ...],
    host: str | None,
    port: int | None,
    reserve: str | None,
    force: bool,
) -> int:
    """Serve a status page at once, and pull in the background.

    For a Hugging Face Space, or any container: `/` is the page, `/status` and
    `/events` are for programs, `/healthz` answers while it lives, `/readyz` once all
    that is wanted is here. What the disk cannot hold is left out by priority. It goes
    on until it is stopped.

        lemm-catalog space
        lemm-catalog space balanced --port 8080
        lemm-catalog space init my-space
    """
    if words[:1] == (INIT,):
        return _init(run, words[1:], force=force)
    if force:
        raise UsageError("--force is for `space init`")
    said = "" if port is not None else os.environ.get("PORT", "")
    found = port if port is not None else _port(said)
    board = Board()
    server = Server(host or HOST, PORT if found is None else found, SpaceSite(board))
    server.start()
    run.console.talk(f"serving on http://{host or HOST}:{server.port}")
    if found is None and said:
        board.hear(_odd_port(said))
    board.listen(Lines(run.console.talk))
    board.listen(lambda _: server.wake())
    handle = start(board, {**run.given, "selection": words, "reserve": reserve})
    try:
        server.wait()
    finally:
        handle.stop()
        server.stop()
    raise LocalError("the server has ended", mend="see the log, and restart")


def _port(text: str) -> int | None:
    is_plain = text.isascii() and text.isdigit() and int(text) < 65536
    return int(text) if is_plain else None


def _odd_port(text: str) -> dict[str, str]:
    message = f"PORT is {text!r} and no port: {PORT} is used in its place"
    return {"event": "noted", "message": message}


def _init(run: SpaceRun, words: tuple[str, ...], *, force: bool) -> int:
    from lemm_catalog.cli.options import settings_of
    from lemm_catalog.space.init import init

    if len(words) > 1:
        raise UsageError("`space init` takes one folder")
    settings = settings_of(run.given)
    folder = Path(words[0]) if words else Path()
    written, note = init(folder, settings, over=force)
    run.console.result("\n".join(str(path) for path in written))
    run.console.talk(note)
    return 0
