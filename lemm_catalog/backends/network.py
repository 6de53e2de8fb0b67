"""How this machine reaches others, and how long it waits for them.

Every command reads it with the settings, also those that reach nobody: it imports
nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Typed so that nobody changes it; `MappingProxyType` cannot be given to a process.
_NOTHING: Mapping[str, str] = {}


class Waits(NamedTuple):
    """How long to wait for a source, in seconds, before it counts as failing.

    Less than ``slowest`` bytes a second over a ``window`` is a stall. ``first`` is
    the wait before the second try, and doubles from there; ``longest`` is the most
    a server may ask for.
    """

    connect: float = 10.0
    read: float = 30.0
    window: float = 60.0
    slowest: int = 1000
    first: float = 0.5
    longest: float = 60.0


class Network(NamedTuple):
    """How this machine reaches others: proxies by scheme, the Hub, its token.

    Without ``hub_token`` the one in ``hub_token_file`` is used, if there is one.
    With ``public_only`` nothing goes to private, loopback or metadata addresses.
    """

    proxies: Mapping[str, str] = _NOTHING
    hub_endpoint: str = "https://huggingface.co"
    hub_token: str | None = None
    hub_token_file: Path | None = None
    waits: Waits = Waits()
    public_only: bool = False

    def __repr__(self) -> str:
        """Return where the Hub is, and nothing that may be a password."""
        return f"Network(hub_endpoint={self.hub_endpoint!r}, waits={self.waits})"
