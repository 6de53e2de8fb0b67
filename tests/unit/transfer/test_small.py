"""Many small files at once: what counts when one of those who bring them fails."""

import threading

import pytest

from lemm_catalog.backends.network import Network
from lemm_catalog.backends.table import Backends
from lemm_catalog.digest import Digest
from lemm_catalog.errors import LocalError
from lemm_catalog.transfer.small import Wanted, fetch_small
from lemm_catalog.transfer.traffic import Traffic
from tests.pulling import QUICK, some_bytes, wanted
from tests.servers.http import HttpServer

PAGES = {f"/{n}": some_bytes(200 + n, n) for n in range(200)}


def test_the_reason_is_told_and_not_that_the_others_were_stopped() -> None:
    failing = threading.Event()

    def place(one: Wanted, data: memoryview, digests: tuple[Digest, ...]) -> None:
        if threading.current_thread().name.endswith("small-0"):
            failing.wait(0.02)  # slow enough that somebody comes to help
        else:
            failing.set()
            raise LocalError("no space is left on the disk")

    with HttpServer(PAGES) as server:
        files = [wanted(path, server.url(path), data) for path, data in PAGES.items()]
        with pytest.raises(LocalError, match="no space"):
            fetch_small(files, Backends(Network(waits=QUICK)), Traffic(), place)
