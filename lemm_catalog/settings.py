"""What a user wants of a run: flag over environment over config file over default.

Nothing here reads the process's environment by itself: the command line hands it in,
and a program that uses this package says what it wants.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from lemm_catalog.backends.network import Network
from lemm_catalog.errors import UsageError
from lemm_catalog.load.section import read_section
from lemm_catalog.model.item import Options
from lemm_catalog.rules.consenting import check_words

DEFAULT_CONFIG = Path("config") / "config.yaml"
# Typed so that nobody changes it; `MappingProxyType` cannot be given to a process.
_NOTHING: Mapping[str, Any] = {}
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class Settings(NamedTuple):
    """How to load, plan and pull; sizes in bytes.

    ``accept`` names the licenses, or the datasets, whose terms the user agrees to;
    what the environment has of that may be meant for other catalogs. ``tokens`` holds
    what a manifest's ``token_env`` may name, ``index_dir`` is a folder of our own to
    remember in what catalogs came to. ``is_placed`` says that the user named
    ``cache_dir``, ``auto_download`` whether a Space is to pull when it starts.
    ``hub_cache`` is the cache of the Hugging Face Hub's client, if it is to be used:
    what it holds is not fetched, and what comes from the Hub is put there as well.
    """

    catalog: tuple[str, ...] = ()
    cache_dir: Path = Path("datasets")
    phase: str = "minimal"
    priorities: Mapping[str, int] = _NOTHING
    mirrors: Mapping[str, str] = _NOTHING
    exclude: tuple[str, ...] = ()
    policy: str | None = None
    accept: tuple[str, ...] = ()
    accept_environment: tuple[str, ...] = ()
    max_storage: int | None = None
    fit: bool = False
    keep_archives: bool = False
    offline: bool = False
    jobs: int = 1
    connections: int = 32
    limit_rate: int | None = None
    network: Network = Network()
    tokens: Mapping[str, str] = _NOTHING
    index_dir: Path | None = None
    is_placed: bool = False
    auto_download: bool = True
    hub_cache: Path | None = None

    def __repr__(self) -> str:
        """Return all but the tokens, which nobody shall read in a traceback."""
        told = (f"{k}={v!r}" for k, v in self._asdict().items() if k != "tokens")
        return f"Settings({', '.join(told)})"

    @property
    def options(self) -> Options:
        """What of it the planner needs to know."""
        return Options(
            max_storage=self.max_storage,
            fit=self.fit,
            keep_archives=self.keep_archives,
            offline=self.offline,
            jobs=self.jobs,
        )

    def having(self, **flags: Any) -> Self:
        """Return these settings with the flags that were given (not None)."""
        given = {name: value for name, value in flags.items() if value is not None}
        return self._replace(**given)


def settings_from(
    environ: Mapping[str, str], config: Path | None, proxies: Mapping[str, str]
) -> Settings:
    """Return the settings of an environment and a config file.

    ``config`` is the file that was asked for; otherwise ``LEMM_CONFIG``, or
    ``config/config.yaml`` if there is one.

    Raises:
        UsageError: if a variable cannot be understood, or the file is not there.
        CatalogError: if the config file is wrong.

    """
    section = _section(environ, config)
    limit = _gigabytes(
        environ.get("LEMM_MAX_STORAGE_GB"), section.get("max_storage_gb")
    )
    offline = _flag(environ, "LEMM_OFFLINE") or _flag(environ, "HF_HUB_OFFLINE")
    place = environ.get("LEMM_CACHE_DIR") or section.get("cache_dir")
    return Settings(
        catalog=_path_list(environ.get("LEMM_CATALOG")),
        cache_dir=folder(place or "datasets"),
        is_placed=bool(place),
        auto_download=section.get("auto_download", True),
        phase=environ.get("LEMM_DATASET_PHASE") or section.get("phase") or "minimal",
        priorities=section.get("priorities", {}),
        mirrors=section.get("mirrors", {}),
        accept_environment=_agreed(environ),
        max_storage=limit,
        offline=offline,
        network=Network(
            proxies=proxies,
            hub_endpoint=environ.get("HF_ENDPOINT") or Network().hub_endpoint,
            hub_token=_hub_token(environ),
            hub_token_file=_hub_token_file(environ),
        ),
        hub_cache=_hub_cache(environ) if section.get("use_hf_cache") else None,
        tokens=environ,
        index_dir=_index(environ),
    )


def folder(text: str) -> Path:
    """Return a folder of this machine.

    Raises:
        UsageError: if it is a URL.

    """
    if "://" in text:
        raise UsageError(
            f"the cache directory {text!r} is a URL, and must be a folder",
            mend="mount the bucket and name the folder",
        )
    return Path(text).expanduser()


def _section(environ: Mapping[str, str], config: Path | None) -> Mapping[str, Any]:
    named = config or (
        Path(environ["LEMM_CONFIG"]) if "LEMM_CONFIG" in environ else None
    )
    if named is None and not DEFAULT_CONFIG.is_file():
        return {}
    if named is not None and not named.is_file():
        raise UsageError(f"there is no config file {named}")
    return read_section(named or DEFAULT_CONFIG, _index(environ))


def _index(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the index: what ``LEMM_INDEX`` says, or the user's cache."""
    said = environ.get("LEMM_INDEX", "")
    if said.lower() == "off":
        return None
    if said:
        return Path(said).expanduser()
    home = environ.get("HOME", "")
    places = {"nt": environ.get("LOCALAPPDATA", "")}
    cache = environ.get("XDG_CACHE_HOME") or places.get(os.name, "")
    if not cache and home:
        is_mac = sys.platform == "darwin"
        cache = f"{home}/Library/Caches" if is_mac else f"{home}/.cache"
    # Relative ones are to be ignored, as XDG has it.
    return Path(cache) / "lemm-catalog" if os.path.isabs(cache) else None  # noqa: PTH117


def _agreed(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids that are named, apart by commas or white space."""
    name = "LEMM_ACCEPT_LICENSES"
    ids = tuple(environ.get(name, "").replace(",", " ").split())
    check_words(ids, name)
    return ids


def _hub_token(environ: Mapping[str, str]) -> str | None:
    if _is_on(environ, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return None
    said = environ.get("HF_TOKEN") or environ.get("HUGGING_FACE_HUB_TOKEN") or ""
    return said.replace("\r", "").replace("\n", "").strip() or None


def _hub_token_file(environ: Mapping[str, str]) -> Path | None:
    if _is_on(environ, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return None
    if said := environ.get("HF_TOKEN_PATH"):
        return Path(said).expanduser()
    home = _hub_home(environ)
    return home / "token" if home else None


def _hub_cache(environ: Mapping[str, str]) -> Path | None:
    """Return where the Hub's client keeps what it fetched, as it finds it itself."""
    said = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE")
    if said:
        return Path(said).expanduser()
    home = _hub_home(environ)
    return home / "hub" if home else None


def _hub_home(environ: Mapping[str, str]) -> Path | None:
    if said := environ.get("HF_HOME"):
        return Path(said).expanduser()
    if said := environ.get("XDG_CACHE_HOME"):
        return Path(said).expanduser() / "huggingface"
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home, ".cache", "huggingface") if home else None


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable of the Hub's client is on, as that client reads it."""
    return environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"}


def _path_list(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(os.pathsep) if part)


def _gigabytes(text: str | None, fallback: float | None) -> int | None:
    if not text:
        return None if fallback is None else round(fallback * 1e9)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise UsageError(f"LEMM_MAX_STORAGE_GB is {text!r}, and must be a number of GB")
    return round(value * 1e9)


def _flag(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text not in _TRUE | _FALSE:
        raise UsageError(f"{name} is {text!r}, and must be 1 or 0")
    return text in _TRUE
