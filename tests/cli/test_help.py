"""Help pages: plain words, no ornaments of a library, any width."""

import pytest

from lemm_catalog.cli.full import app
from tests.cli.running import run

NAMES = sorted(str(command.name) for command in app.registered_commands)


def test_alone_it_shows_its_help_and_counts_as_wrong_usage() -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err == run("--help").out


def test_the_commands_of_this_version_are_there() -> None:
    crediting = ["attribution", "cite", "export"]
    writing = ["check-sources", "diff", "lock", "new"]
    looking = ["licenses", "list", "path", "search", "show", "status", "validate"]
    doing = ["gc", "plan", "pull", "refresh", "remove", "space", "verify"]
    assert sorted(crediting + writing + looking + doing) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_help_page_fits_and_has_no_ornaments(name: str, width: int) -> None:
    page = run(name, "--help", env={"COLUMNS": str(width)}).out
    usage = page.splitlines()[0]
    assert usage.startswith(f"Usage: lemm-catalog {name} [OPTIONS]")
    assert not any(mark in page for mark in ("[[", "<list", "{", "[x>", "[required"))
    prose = [line for line in page.splitlines() if "lemm-catalog" not in line]
    assert max(map(len, prose)) <= min(width, 80)
    assert page == run(name, "-h", env={"COLUMNS": str(width)}).out


def test_the_list_of_commands_is_not_cut_short() -> None:
    assert "…" not in run("-h").out
    assert "..." not in run("-h").out


def test_a_usage_error_shows_how_to_write_the_command() -> None:
    done = run("refresh")
    assert done.err.startswith("Usage: lemm-catalog refresh [OPTIONS] ID...\n")
    assert "Missing argument 'ID'" in done.err


@pytest.mark.parametrize("name", NAMES)
def test_options_of_every_command_stand_apart(name: str) -> None:
    own, _, shared = run(name, "--help").out.partition("Shared options:\n")
    for option in ("--catalog DIR", "--cache-dir DIR", "-q, --quiet", "-v, --verbose"):
        assert option not in own
        assert option in shared
