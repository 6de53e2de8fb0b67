"""Many sources asked at once, and each host politely.

One byte is asked for: its answer tells the size of the whole. A host gets two
questions at a time, and is left alone as soon as it says that this is too much:
for as long as it asks for if that is short, and for good if it is not.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from urllib.parse import urlsplit

from lemm_catalog.backends.address import Address
from lemm_catalog.backends.public import PrivateAddressError
from lemm_catalog.backends.table import Backends
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.model.probe import Answer

AT_ONCE = 16
PER_HOST = 2
LONGEST_WAIT = 30.0
_BUSY = frozenset({429, 503})


def ask_all(
    addresses: Sequence[Address],
    backends: Backends,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Answer]:
    """Return what each address answers, in their order; nothing is raised."""
    answers: list[Answer] = [Answer()] * len(addresses)
    by_host: dict[str, list[int]] = {}
    for index, address in enumerate(addresses):
        by_host.setdefault(_host_of(address.url), []).append(index)
    lanes = [lane for found in by_host.values() for lane in _lanes(found)]

    def drive(lane: list[int]) -> None:
        asker = _Lane(backends, sleep=sleep)
        for index in lane:
            answers[index] = asker.ask(addresses[index])

    with ThreadPoolExecutor(AT_ONCE) as crew:
        for done in [crew.submit(drive, lane) for lane in lanes]:
            done.result()
    return answers


def _lanes(indices: list[int]) -> list[list[int]]:
    lanes: list[list[int]] = [[] for _ in range(min(PER_HOST, len(indices)))]
    for lane, index in zip(cycle(lanes), indices, strict=False):
        lane.append(index)
    return lanes


def _host_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.scheme if parts.scheme == "hf" else parts.netloc.lower()


class _Lane:
    """Questions to one host, one after the other."""

    def __init__(
        self,
        backends: Backends,
        *,
        sleep: Callable[[float], None],
    ) -> None:
        self._backends = backends
        self._sleep = sleep
        self._enough: Answer | None = None

    def ask(self, address: Address) -> Answer:
        """Ask once; a second time if the host says when."""
        if self._enough:
            return self._enough
        answer = self._asked(address)
        wait = answer.retry_after
        if answer.status in _BUSY and wait is not None and wait <= LONGEST_WAIT:
            self._sleep(wait)
            answer = self._asked(address)
        if answer.status in _BUSY:
            self._enough = answer._replace(error="its host asks to come back later")
        return answer

    def _asked(self, address: Address) -> Answer:
        try:
            told = self._backends.for_url(address.url).peek(address)
        except PrivateAddressError as error:
            return Answer(error=error.message, is_private=True)
        except SourceError as error:
            wait = error.retry_after if isinstance(error, PassingError) else None
            return Answer(error=error.message, status=error.status, retry_after=wait)
        return Answer(
            total=told.size,
            etag=told.etag,
            last_modified=told.last_modified,
            content_type=told.content_type,
        )
