"""The front door: answers at once what it can, and leaves the rest to the full parser.

Nothing is imported here that the answer does not need.
"""

import os
import sys


def main() -> None:
    """Run the command line."""
    words = sys.argv[1:]
    if words == ["--version"]:
        from lemm_catalog.version import version_line

        print(version_line())  # noqa: T201 - the console alone takes longer to load
        return
    from lemm_catalog.cli.console import speak_any_language

    speak_any_language()
    code = None if "_LEMM_CATALOG_COMPLETE" in os.environ else _answer(words)
    if code is not None:
        sys.exit(code)
    from lemm_catalog.cli.full import app

    app(prog_name="lemm-catalog")


def _answer(words: list[str]) -> int | None:
    """Return the exit code of a plain command line, or None if it is not one."""
    from lemm_catalog.cli.commands import COMMANDS, command

    if words and words[-1] in {"-h", "--help"} and len(words) <= 2:
        return _help(words[:-1])
    if not words or words[0] not in COMMANDS:
        return None
    from lemm_catalog.cli.lean import parsed

    values = parsed(command(words[0]).TAKES, words[1:])
    if values is None:
        return None
    from lemm_catalog.cli.common import perform

    return perform(words[0], values)


def _help(words: list[str]) -> int | None:
    from lemm_catalog.cli.commands import COMMANDS
    from lemm_catalog.cli.console import Console
    from lemm_catalog.cli.help import command_page, top_page

    if words and words[0] not in COMMANDS:
        return None
    Console().result(command_page(words[0]) if words else top_page())
    return 0
