"""Where catalogs lie: the builtin one, and the folders that a user names."""

from collections.abc import Sequence
from pathlib import Path

BUILTIN = "builtin"
MEMBERS = ("datasets", "phases.yaml", "licenses", "policies", "locks")
_PACKAGE = Path(__file__).parent.parent


def builtin_root() -> Path:
    """Return the folder of the packaged catalog, in a wheel or in a checkout."""
    return _packaged("catalog")


def schemas_folder() -> Path:
    """Return the folder of JSON Schemas, in a wheel or in a checkout."""
    return _packaged("schemas")


def folders_of(roots: Sequence[str | Path]) -> list[Path]:
    """Return the catalog folders that are meant; no roots mean the builtin one."""
    builtin = builtin_root()
    return [builtin if root == BUILTIN else Path(root) for root in roots] or [builtin]


def lock_place(home: Path, name: str) -> Path:
    """Return where the lock of a dataset is, by the folder of its manifest."""
    return home.parent / "locks" / f"{name}.json"


def _packaged(name: str) -> Path:
    installed = _PACKAGE / "builtin" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
