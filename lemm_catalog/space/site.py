"""What is served under which path: the page, the state, and the three probes."""

import json

from lemm_catalog.model.space import Space
from lemm_catalog.render.data import dumped
from lemm_catalog.render.pages.space import page, part, policy
from lemm_catalog.space.answers import Answer, answer, event, stream
from lemm_catalog.space.board import Board
from lemm_catalog.space.requests import Request
from lemm_catalog.space.starting import space_data

_JSON = "application/json"
_PATHS = ("/", "/status", "/events", "/healthz", "/readyz")
_AS_PAGE = "as=page"


class SpaceSite:
    """The status page and what programs ask for."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._events: dict[str, tuple[int, bytes]] = {}

    def version(self) -> int:
        """Return a number that grows with each change."""
        self._board.tick()
        return self._board.changes

    def answer(self, request: Request, *, may_stream: bool) -> Answer:
        """Return the answer to a request."""
        if request.path not in _PATHS:
            return answer(404, "there is nothing here; try /\n")
        if request.method not in {"GET", "HEAD"}:
            more = {"Allow": "GET, HEAD"}
            return answer(405, "only GET and HEAD\n", more=more)
        found = self._found(request, may_stream=may_stream)
        return Answer(found.head) if request.method == "HEAD" else found

    def event(self, stream: str) -> bytes:
        """Return the event of the last state, made once for all who read."""
        version, space = self._board.changes, self._board.space
        made, data = self._events.get(stream, (-1, b""))
        if made != version:
            text = part(space) if stream == "page" else _line(space)
            data = event(text)
            self._events[stream] = (version, data)
        return data

    def _found(self, request: Request, *, may_stream: bool) -> Answer:
        space = self._board.space
        if request.path == "/healthz":
            return answer(200, "alive\n")
        if request.path == "/readyz":
            status = 200 if space.ready else 503
            return answer(status, dumped(_readiness(space)) + "\n", _JSON)
        if request.path == "/status":
            return answer(200, dumped(space_data(space)) + "\n", _JSON)
        if request.path == "/events":
            if not may_stream:
                more = {"Retry-After": "10"}
                return answer(503, "too many are watching\n", more=more)
            return stream("page" if request.query == _AS_PAGE else "data")
        return answer(200, page(space), "text/html", policy=policy())


def _line(space: Space) -> str:
    """Return the state as one line of JSON."""
    return json.dumps(space_data(space), separators=(",", ":"))


def _readiness(space: Space) -> dict[str, object]:
    missing = [row.id for row in space.datasets if row.state != "present"]
    return {
        "schema": "lemm-catalog/readiness@1",
        "ready": space.ready,
        "settled": space.settled,
        "state": space.state,
        "reason": space.message,
        "mend": space.mend,
        "missing": missing,
    }
