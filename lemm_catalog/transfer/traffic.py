"""What all downloads of a process share: the lanes of each host, and the pace."""

from dataclasses import dataclass, field

from lemm_catalog.transfer.lanes import Hosts
from lemm_catalog.transfer.pace import Pace


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The connections there may be, and the bytes a second."""

    hosts: Hosts = field(default_factory=Hosts)
    pace: Pace = field(default_factory=Pace)
