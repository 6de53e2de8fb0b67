"""The server that the tests of this folder ask."""

from collections.abc import Iterator

import pytest

from tests.servers.http import HttpServer
from tests.unit.servers.asking import DATA


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer({"/a": DATA}) as running:
        yield running
