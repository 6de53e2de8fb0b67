"""What a Space needs: serve at once, pull behind, survive restarts.

Inside an app of your own, which keeps its port::

    from lemm_catalog.space import autostart

    datasets = autostart()          # returns at once; a process of its own pulls
    datasets.ready                  # True once all that is wanted is here
    datasets.status()["datasets"]   # what /status shows
    datasets.stop()

``lemm-catalog space`` does the same behind a status page. Importing this is nothing:
the catalog is loaded by the process that pulls.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lemm_catalog.space.starting import Handle, autostart

__all__ = ["Handle", "autostart"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from lemm_catalog.space import starting

        return getattr(starting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
