"""A bearer token stays with the request it is for."""

from collections.abc import Iterator

import pytest

from lemm_catalog.backends import http_pool
from lemm_catalog.backends.http_pool import Pool
from lemm_catalog.backends.network import Waits


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    http_pool._same_lines.cache_clear()
    yield
    http_pool._same_lines.cache_clear()


def test_what_is_no_secret_is_made_once_for_many_requests() -> None:
    pool = Pool({}, Waits())
    for name in "abc":
        pool.request(f"http://x.org/{name}", {"Accept": "*/*"})
    assert http_pool._same_lines.cache_info()[:2] == (2, 1)


@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization"])
def test_no_cache_of_the_process_holds_a_token(name: str) -> None:
    secret = "Bearer " + "s3cret-" * 3
    sent = Pool({}, Waits()).request("http://x.org/a", {name: secret})
    assert f"{name}: {secret}\r\n".encode() in sent
    assert http_pool._same_lines.cache_info().currsize == 0
