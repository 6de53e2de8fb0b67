"""The one place that states the version of this package."""

__version__ = "0.1.0"


def version_line() -> str:
    """Return what ``--version`` prints."""
    import sys

    python = ".".join(map(str, sys.version_info[:3]))
    return f"lemm-catalog {__version__} (manifest schema 1, Python {python})"
