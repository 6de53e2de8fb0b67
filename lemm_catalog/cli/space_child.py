"""The process that pulls behind a Space: ``python -m lemm_catalog.cli.space_child``.

Options come as JSON in the one argument, events go as lines of JSON to stdout. When
stdin ends, whoever started it has gone, and so does it.
"""

import json
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lemm_catalog.cli.boundary import guarded
from lemm_catalog.cli.console import Console, speak_any_language
from lemm_catalog.cli.logs import logged
from lemm_catalog.cli.options import settings_of, size_of
from lemm_catalog.errors import LemmError
from lemm_catalog.space.pulling import failed, pull
from lemm_catalog.space.telling import to_line

_TERMINATED = 143
RESERVE = "LEMM_RESERVE"
_TEXTS = ("catalog", "exclude", "selection")


def main() -> int:
    """Pull, and tell; returns the exit code."""
    speak_any_language()
    # Events have the pipe for themselves: what else is printed goes to the log.
    pipe = os.dup(1)
    os.dup2(2, 1)
    with suppress(OSError, AttributeError):
        os.nice(5)  # the app that is served comes first
    threading.Thread(target=_end_with_parent, daemon=True).start()
    writing = threading.Lock()

    def tell(event: Mapping[str, Any]) -> None:
        with writing:
            data = to_line(event)
            while data:
                data = data[os.write(pipe, data) :]

    given: dict[str, Any] = json.loads(sys.argv[1])

    def act() -> int:
        try:
            return _pull(given, tell)
        except LemmError as error:
            tell(failed(error))
            raise

    return guarded(Console(quiet=True), act, debug=False)


def _pull(given: dict[str, Any], tell: Any) -> int:
    for name in _TEXTS:
        given[name] = tuple(given.get(name) or ())
    config = given.get("config")
    given["config"] = None if config is None else Path(config)
    settings = settings_of({"cache_dir": None, "offline": False} | given)
    reserve = given.get("reserve") or os.environ.get(RESERVE)
    return pull(
        settings,
        os.environ,
        given["selection"],
        size_of("--reserve", reserve) if reserve else None,
        tell,
        logged,
    )


def _end_with_parent() -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(_TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
