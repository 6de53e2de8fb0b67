"""A declarative catalog of music and speech datasets.

Each dataset is one YAML manifest; a generic resolver plans and carries out
downloads from whatever manifests are present::

    from lemm_catalog import Catalog

    catalog = Catalog.load()
    plan = catalog.plan("minimal")

Importing this package does nothing and prints nothing; the names below are loaded
when they are first used.
"""

from lemm_catalog.version import __version__

# What type checkers take for true; the module with the name of it takes 10 ms.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from lemm_catalog.api.catalog import Catalog
    from lemm_catalog.dataset_manager import DatasetManager

__all__ = ["Catalog", "DatasetManager", "__version__"]


def __getattr__(name: str) -> object:
    if name == "Catalog":
        from lemm_catalog.api.catalog import Catalog

        return Catalog
    if name == "DatasetManager":
        from lemm_catalog.dataset_manager import DatasetManager

        return DatasetManager
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
