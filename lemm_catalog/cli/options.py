"""The options and arguments that commands share, and the settings they make."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from lemm_catalog.cli.declared import Argument, Option
from lemm_catalog.errors import UsageError
from lemm_catalog.settings import DEFAULT_CONFIG, Settings, folder, settings_from
from lemm_catalog.sizes import parse_size

_SELECTION = "Phases, dataset ids, id/part, or globs"
WORDS = Argument(
    name="selection", metavar="SELECTION", help=f"{_SELECTION}; none: all datasets."
)
PHASE_WORDS = Argument(
    name="selection",
    metavar="SELECTION",
    help=f"{_SELECTION}; none: the configured phase.",
)
IDS = Argument(
    name="datasets",
    metavar="ID",
    help="Datasets, as `list` names them.",
    required=True,
)
JSON = Option(name="as_json", flags=("--json",), help="Print JSON for programs.")
OUT = Option(
    name="out",
    flags=("--out",),
    kind="path",
    metavar="FILE",
    help="Write to this file.",
)
PULLED = Option(
    name="pulled",
    flags=("--pulled",),
    help="Just what is here, as the receipts have it.",
)
EXCLUDE = Option(
    name="exclude",
    flags=("--exclude",),
    kind="texts",
    metavar="SELECTION",
    help="Leave these out; repeatable.",
)
PLANNING = (
    EXCLUDE,
    Option(
        name="commercial",
        flags=("--commercial",),
        help="Only what may be used commercially.",
    ),
    Option(
        name="policy",
        flags=("--policy",),
        kind="text",
        metavar="NAME|FILE",
        help="Only what a policy of the catalog, or of your file, allows.",
    ),
    Option(
        name="accept",
        flags=("--accept",),
        kind="texts",
        metavar="LICENSE",
        help="Agree to the terms of this license, or of this dataset; repeatable.",
    ),
    Option(
        name="max_storage",
        flags=("--max-storage",),
        kind="text",
        metavar="SIZE",
        help="The most the data may take, as 150GB.",
    ),
    Option(name="fit", flags=("--fit",), help="Take by priority what fits."),
    Option(
        name="keep_archives",
        flags=("--keep-archives",),
        help="Keep archives after unpacking.",
    ),
    Option(
        name="jobs",
        flags=("--jobs",),
        kind="count",
        metavar="N",
        help="Datasets at once; default: 1.",
    ),
    Option(
        name="connections",
        flags=("--connections",),
        kind="count",
        metavar="N",
        help="The most connections to one host; default: 32.",
    ),
    Option(
        name="limit_rate",
        flags=("--limit-rate",),
        kind="text",
        metavar="SIZE",
        help="The most to fetch in a second, as 5MB.",
    ),
)
SHARED = (
    Option(
        name="catalog",
        flags=("--catalog",),
        kind="texts",
        metavar="DIR",
        help="Use this catalog in place of the builtin one; repeatable, later "
        "ones override (--catalog builtin --catalog mine).",
    ),
    Option(
        name="cache_dir",
        flags=("--cache-dir",),
        kind="text",
        metavar="DIR",
        help="Where the data lies; default: datasets.",
    ),
    Option(
        name="config",
        flags=("--config",),
        kind="path",
        metavar="FILE",
        help="Read this file in place of config/config.yaml.",
    ),
    Option(name="offline", flags=("--offline",), help="Do not use the network."),
    Option(
        name="quiet",
        flags=("--quiet", "-q"),
        help="Say nothing but results and errors.",
    ),
    Option(
        name="verbose",
        flags=("--verbose", "-v"),
        help="Say which settings are in use, and each request.",
    ),
    Option(name="no_color", flags=("--no-color",), help="Use no color."),
    Option(
        name="debug",
        flags=("--debug",),
        help="Show where in the code an error arose.",
    ),
)


class _SystemProxies(Mapping[str, str]):
    """This machine's proxies; asked by need, since that takes 50 ms to import."""

    @cached_property
    def _found(self) -> dict[str, str]:
        from urllib.request import getproxies

        return getproxies()

    def __getitem__(self, scheme: str) -> str:
        return self._found[scheme]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return the settings of this process, with the options that were given.

    Raises:
        UsageError: if an option or a variable cannot be understood.
        CatalogError: if the config file is wrong.

    """
    base = settings_from(os.environ, given["config"], _SystemProxies())
    cache_dir, limit = given["cache_dir"], given.get("max_storage")
    rate = given.get("limit_rate")
    return base.having(
        catalog=given["catalog"] or None,
        cache_dir=None if cache_dir is None else folder(cache_dir),
        is_placed=None if cache_dir is None else True,
        offline=given["offline"] or None,
        exclude=given.get("exclude") or (),
        policy=_policy(given),
        accept=given.get("accept") or None,
        max_storage=None if limit is None else size_of("--max-storage", limit),
        fit=given.get("fit") or None,
        keep_archives=given.get("keep_archives") or None,
        jobs=given.get("jobs"),
        connections=given.get("connections"),
        limit_rate=None if rate is None else _rate("--limit-rate", rate),
    )


def _policy(given: Mapping[str, Any]) -> str | None:
    policy: str | None = given.get("policy")
    if not given.get("commercial"):
        return policy
    if policy not in {None, "commercial"}:
        message = f"--commercial and --policy {policy} are two policies; give one"
        raise UsageError(message, mend="--commercial is short for --policy commercial")
    return "commercial"


def formats(names: Iterable[str], words: str) -> Option:
    """Return the option that chooses among formats; see `format_chosen`."""
    choices = tuple(names)
    return Option(
        name="form",
        flags=("--format",),
        kind="choice",
        choices=choices,
        metavar="|".join(choices) if len(choices) < 6 else "FORMAT",
        help=words,
    )


def format_chosen(form: str | None, *, as_json: bool, default: str = "text") -> str:
    """Return the format to write, which ``--json`` names too.

    Raises:
        UsageError: if two are given.

    """
    if as_json and form not in {None, "json"}:
        raise UsageError(f"--json and --format {form} are two formats; give one")
    return "json" if as_json else form or default


def config_in_use(given: Path | None) -> str:
    """Return the config file that is read, in words."""
    named = given or os.environ.get("LEMM_CONFIG")
    if named is None and not DEFAULT_CONFIG.is_file():
        return f"none ({DEFAULT_CONFIG} is not there)"
    return str(named or DEFAULT_CONFIG)


def size_of(option: str, text: str) -> int:
    """Return the bytes that an option's text means.

    Raises:
        UsageError: if it means none.

    """
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _rate(option: str, text: str) -> int:
    if not (rate := size_of(option, text)):
        raise UsageError(f"{option}: nothing would ever come at {text!r}")
    return rate
