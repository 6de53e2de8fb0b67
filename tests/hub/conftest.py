"""A Hub of our own for each test, and a catalog whose sources are on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.site import HubSite
from tests.hub.standin import Hub, Storage


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    # The client asks the real Hub which programs it may be run by, once a day.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY", True)


@pytest.fixture
def storage() -> Iterator[Storage]:
    with Storage(send_buffer=32 * 1024) as server:
        yield server


@pytest.fixture
def hub(storage: Storage) -> Iterator[Hub]:
    with Hub(storage, page=3) as server:
        yield server


@pytest.fixture
def site(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubSite:
    monkeypatch.chdir(tmp_path)
    return HubSite(tmp_path, hub.origin)
