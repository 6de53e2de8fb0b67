"""What all downloads of a process share: lanes, pace, and whoever serves many."""

from dataclasses import dataclass, field

from lemm_catalog.transfer.lanes import Hosts
from lemm_catalog.transfer.pace import Pace
from lemm_catalog.transfer.reactor import Reactor


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The connections there may be, the bytes a second, and who waits for all."""

    hosts: Hosts = field(default_factory=Hosts)
    pace: Pace = field(default_factory=Pace)
    reactor: Reactor = field(default_factory=Reactor)
