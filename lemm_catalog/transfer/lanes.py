"""How many connections a host gets: more while that makes the total faster.

Laws, each a test: a host starts with one, and has four at the first answer of a long
path; growth stops where it does not pay and is tried again later, ever more rarely; a
gain that is not plain to see is looked at twice; while whoever follows lags, nothing is
tried; a host that says "too many" (429, 503) is left with half; all files of a host
share its lanes.
"""

import threading
import time
from collections.abc import Callable

from lemm_catalog.model.source import site_of

# Only where every step pays: on a lossy path, or where each connection is limited.
MOST = 32
# What counts as faster: less is noise.
_GAIN = 1.15
# Fewer would not show above the noise of a lossy path. A host that gave each lane of a
# leap nearly all that one alone had limits each of them, and may be asked for the
# most; where the gain is not nearly as large as it could be, the end is near.
_LEAP, _STEP, _NEARLY_ALL, _TO_THE_MOST = 4, 2, 0.75, 8
_SHORTEST_LOOK, _LONGEST_LOOK = 0.03, 2.0
# What the last look counts for in the speed of a lane: a source may send in bursts.
_WEIGHT = 0.3
# Where an answer takes so long to begin, a connection is slow to begin, too.
LONG_PATH = 0.01
_FIRST_REST, _LONGEST_REST = 1.0, 30.0
_AFTER_REFUSAL = 30.0


class Lanes:
    """The connections of one host; may be used from several threads at once."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.allowed = 1
        self.active = 0
        self.each = 0.0  # what one of them brought lately, in bytes a second
        self._clock = clock
        self._lock = threading.Lock()
        self._settled = 1  # the last number that was worth it
        self._rate = 0.0  # and how fast it was, in bytes a second
        self._bytes = 0
        self._since: float | None = None
        self._lags = True  # whoever follows, in all of this look
        self._soonest: float | None = None  # that an answer began, in seconds
        self._unopened = 0  # of the lanes that are being tried
        self._rest_until = 0.0
        self._silent_until = 0.0
        self._rest = _FIRST_REST
        self._leap = _LEAP
        self._is_doubted = False  # the gain of what is tried may be noise
        self.is_given_up = False  # nothing has come since somebody lost patience

    @property
    def has_room(self) -> bool:
        """Whether one more may be used."""
        return self.active < self.allowed

    @property
    def is_crowded(self) -> bool:
        """Whether more are used than are allowed any more."""
        return self.active > self.allowed

    @property
    def delay(self) -> float:
        """How long an answer takes to begin at the soonest, in seconds."""
        return self._soonest or 0.0

    def enter(self) -> None:
        """Use a lane, allowed or not: each file has one."""
        with self._lock:
            self._add(1)

    def try_enter(self) -> bool:
        """Use a lane if there is room."""
        with self._lock:
            if self.active >= self.allowed:
                return False
            self._add(1)
            return True

    def leave(self) -> None:
        """Use a lane no more."""
        with self._lock:
            self._add(-1)

    def _add(self, count: int) -> None:
        self.active += count
        self._begin_look()  # with another number nothing can be compared

    def opened(self, seconds: float) -> None:
        """Tell how long an answer took to begin: changes show no sooner than that.

        The soonest counts, for a lost packet may delay any of them by a second.
        """
        with self._lock:
            self.is_given_up = False
            is_long = self._soonest is None and seconds >= LONG_PATH
            self._soonest = min(self._soonest or seconds, seconds)
            if is_long and self._clock() >= self._rest_until:
                # What one brings there at first is little: a look would show no more.
                self.allowed = self._settled = min(self.most, _LEAP)
                self._unopened = self.allowed - 1
                self._begin_look()
            elif self._unopened:  # what is tried is judged once it gives something
                self._unopened -= 1
                self._begin_look()

    @property
    def _look(self) -> float:
        """How long to look before what is tried is judged, in seconds."""
        return max(_SHORTEST_LOOK, min(2 * (self._soonest or 0.0), _LONGEST_LOOK))

    def saw(self, count: int, *, is_enough: bool = False) -> None:
        """Tell that so many bytes came over any of the lanes.

        With ``is_enough`` whoever follows could not take more, however fast it came:
        he lags if that is so for a whole look, for much may have come at once.
        """
        with self._lock:
            self._bytes += count
            self._lags &= is_enough
            now = self._clock()
            if self._since is None:
                self._since, self._bytes, self._lags = now, 0, True
            elif now - self._since >= self._look:
                rate = self._bytes / (now - self._since)
                each = rate / max(self.active, 1)
                self.each += (each - self.each) * (_WEIGHT if self.each else 1.0)
                self._judge(0.0 if self._lags else rate, now)

    def given_up(self) -> None:
        """Tell that somebody lost patience with the host, for want of an answer."""
        self.is_given_up = True

    def refused(self, seconds: float | None, *, rest: float = 0.0) -> None:
        """Tell that the host wants fewer, and for how long it wants to be left.

        For ``rest`` seconds nobody is to ask it: see `await_rest`.
        """
        with self._lock:
            self._silent_until = max(self._silent_until, self._clock() + rest)
            self.allowed = self._settled = max(1, min(self.allowed, self.active) // 2)
            self._rate, self._unopened = 0.0, 0
            self._rest_until = self._clock() + max(_AFTER_REFUSAL, seconds or 0.0)
            self._begin_look()

    @property
    def rests(self) -> bool:
        """Whether the host wants to be asked by nobody for a while."""
        return self._silent_until > 0 and self._clock() < self._silent_until

    def await_rest(self, stop: threading.Event) -> None:
        """Wait as long as the host wants to be asked by nobody, or until ``stop``."""
        while (left := self._silent_until - self._clock()) > 0:
            if stop.wait(left):
                return

    def _begin_look(self) -> None:
        self._since, self._bytes = None, 0

    def _judge(self, rate: float, now: float) -> None:
        """Take more, or fewer, for what the last look showed."""
        self._begin_look()
        if self.active < self.allowed or now < self._rest_until:
            return
        if self.allowed == self._settled:  # nothing is being tried
            if not rate:
                return
            self._rate = rate
            self._grow(self._leap)
        elif rate >= _GAIN * self._rate:
            possible = self._rate * self.allowed / self._settled
            is_plain = rate >= _NEARLY_ALL * possible
            if not is_plain and not self._is_doubted:
                self._is_doubted = True
                return
            self._settled, self._rate = self.allowed, rate
            self._rest = _FIRST_REST
            self._grow(_TO_THE_MOST if is_plain else _STEP)
        else:
            self.allowed = self._settled
            self._unopened = 0
            self._leap = _STEP  # what has not paid once is tried with more care
            self._rest_until = now + self._rest
            self._rest = min(2 * self._rest, _LONGEST_REST)

    def _grow(self, times: int) -> None:
        self._is_doubted = False
        self.allowed = min(self.most, self.allowed * times)
        self._unopened = self.allowed - self.active


class Hosts:
    """The lanes of every host, shared by all that is fetched."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._lanes: dict[str, Lanes] = {}

    def of(self, url: str) -> Lanes:
        """Return the lanes of a URL's host."""
        with self._lock:
            return self._lanes.setdefault(self.name_of(url), Lanes(self._most))

    @staticmethod
    def name_of(url: str) -> str:
        """Return the beginning of a URL that names its host."""
        scheme, _, rest = site_of(url).partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].lower()}"
