"""Asking one address for bytes, when and as often as its host wants to be asked."""

import threading
import time
from functools import partial

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend, CrowdedError
from lemm_catalog.backends.network import Waits
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import PassingError, SourceError
from lemm_catalog.transfer.checks import ask
from lemm_catalog.transfer.front import StoppedError
from lemm_catalog.transfer.lanes import Lanes
from lemm_catalog.transfer.patience import Patience


class Asking:
    """Asks for parts of one file of a known size, until ``stop``."""

    def __init__(
        self,
        backend: Backend,
        address: Address,
        size: int,
        lanes: Lanes,
        waits: Waits,
        stop: threading.Event,
    ) -> None:
        self._ask = partial(ask, backend, address, size)
        self._lanes = lanes
        self._waits = waits
        self._stop = stop
        # Whether any answer came over a connection that had served before.
        self.is_reused = False

    def once(self, start: int, stop: int | None, known: Validators) -> Reply:
        """Ask for the bytes from ``start`` to before ``stop``, once the host may be.

        Raises:
            PassingError: if asking again may help.
            SourceError: if it would not.

        """
        self._lanes.await_rest(self._stop)
        if self._stop.is_set():
            raise StoppedError
        asked = time.monotonic()
        reply = self._ask(start, stop, known)
        self.is_reused |= reply.is_reused
        taken = time.monotonic() - asked
        self._lanes.opened(taken if reply.waited is None else reply.waited)
        return reply

    def patiently(self, start: int, stop: int | None, known: Validators) -> Reply:
        """Ask as `once` does, again and again while that may help.

        Raises:
            SourceError: if it does not.

        """
        patience = Patience(self._stop, self._waits)
        while True:
            try:
                return self.once(start, stop, known)
            except PassingError as error:
                if isinstance(error, CrowdedError):
                    self.refused(error)
                try:
                    patience.wait_after(error)
                except SourceError:
                    self._lanes.given_up()
                    raise

    def refused(self, error: CrowdedError) -> None:
        """Let the whole host rest, unless it asks for more than is waited for."""
        wanted, longest = error.retry_after, self._waits.longest
        rest = 0.0 if wanted is None or wanted > longest else wanted
        self._lanes.refused(wanted, rest=rest)
