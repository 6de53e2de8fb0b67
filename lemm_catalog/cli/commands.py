"""The commands by name, in the order help lists them; each is a module of its own.

A command's module has `TAKES`, its options and arguments, and `run`, whose docstring
is its help. The first paragraph of it stands here as well, so that the list of
commands can be shown without importing them all; a test holds the two together.
"""

from importlib import import_module
from typing import Any

_LISTING = "List datasets: size, phase, license verdict, and whether they are here."
_SEARCH = "Find datasets by words in their name, summary, tasks, format and notes."
_STATUS = "Say what is here: present, partial, missing, damaged or outdated."
_ATTRIBUTION = (
    "Write the credits that licenses ask for: who, what, where from, which terms."
)
_EXPORT = "Write a selection in a format of other programs, with sizes and digests."
_SOURCES = "Ask every source, without downloading, whether it still has the same bytes."
COMMANDS = {
    "list": _LISTING,
    "show": "Show all that is known of one dataset, be it excluded.",
    "search": _SEARCH,
    "path": "Print the folder of a dataset, for scripts.",
    "plan": "Say what a pull would do: needs no network, writes nothing.",
    "pull": "Fetch, verify, unpack and publish what a plan says.",
    "status": _STATUS,
    "verify": "Read everything that is here and compare it with its checksums.",
    "remove": "Take datasets away, with all that is staged of them.",
    "refresh": "Fetch datasets anew; what is here stays until the new is in place.",
    "gc": "Drop staged data that no manifest asks for any more.",
    "attribution": _ATTRIBUTION,
    "cite": "Write the BibTeX of exactly these datasets, each entry once.",
    "export": _EXPORT,
    "licenses": "Judge licenses under a policy, with reasons, duties and evidence.",
    "lock": "Ask unpinned sources once and pin the answer; show what changed.",
    "new": "Write a manifest from what a source says.",
    "validate": "Check files against schema and rules.",
    "diff": "Compare two catalogs or git revisions: bytes, verdicts, digests.",
    "check-sources": _SOURCES,
    "space": "Serve a status page at once, and pull in the background.",
}
# A module cannot be called like a type that others use, nor have a hyphen.
_MODULES = {"list": "listing", "check-sources": "check_sources"}


def command(name: str) -> Any:
    """Return the module of a command."""
    return import_module(f"lemm_catalog.cli.{_MODULES.get(name, name)}")
