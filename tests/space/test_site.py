"""What is served under which path, and what is not on the page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.model.space import Space
from lemm_catalog.render.pages.script import SCRIPT
from lemm_catalog.render.pages.space import page, part
from lemm_catalog.render.pages.style import STYLE
from lemm_catalog.space.answers import Answer
from lemm_catalog.space.board import Board
from lemm_catalog.space.requests import Request
from lemm_catalog.space.secrets import redacted
from lemm_catalog.space.site import SpaceSite
from lemm_catalog.space.starting import space_data
from tests.space.states import HALTED, PULLING, READY, STARTING, STATES, a_dataset


def get(space: Space, path: str = "/", method: str = "GET") -> Answer:
    board = Board()
    board._space = space
    path, _, query = path.partition("?")
    return SpaceSite(board).answer(Request(method, path, query), may_stream=True)


def status_of(answer: Answer) -> int:
    return int(answer.head.split(b" ")[1])


@pytest.mark.parametrize("path", ["/", "/status", "/healthz", "/?logs=container"])
@pytest.mark.parametrize("state", STATES)
def test_what_must_answer_does_so_in_every_state(state: str, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert status_of(get(STATES[state], path, method)) == 200


def test_a_head_has_the_same_fields_and_no_body() -> None:
    whole, head = get(PULLING), get(PULLING, method="HEAD")
    assert (head.head, head.body) == (whole.head, b"")
    assert f"Content-Length: {len(whole.body)}".encode() in head.head
    assert get(PULLING, "/events", "HEAD").stream is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    answer = get(PULLING, method=method)
    assert status_of(answer) == 405
    assert b"Allow: GET, HEAD\r\n" in answer.head


@pytest.mark.parametrize("path", ["/admin", "//", "/../etc/passwd", "/status/", "/%2e"])
def test_other_paths_lead_nowhere(path: str) -> None:
    assert status_of(get(PULLING, path)) == 404


def test_readiness_says_why_not() -> None:
    answer = get(PULLING, "/readyz")
    assert status_of(answer) == 503
    said: Any = json.loads(answer.body)
    assert (said["ready"], said["state"]) == (False, "pulling")
    assert said["missing"] == [row.id for row in PULLING.datasets[1:]]
    assert status_of(get(READY, "/readyz")) == 200
    halted: Any = json.loads(get(HALTED, "/readyz").body)
    assert halted["mend"] == "did you mean minimal?"


def test_the_status_has_its_schema_and_bytes_as_whole_numbers() -> None:
    said: Any = json.loads(get(PULLING, "/status").body)
    assert said["schema"] == "lemm-catalog/space@1"
    assert said["datasets"][1]["done_bytes"] == 11_233_566_634
    assert said == json.loads(json.dumps(space_data(PULLING)))


def test_browsers_are_told_to_load_nothing_else() -> None:
    answer = get(PULLING)
    fields = answer.head.decode().lower()
    for words in ("nosniff", "default-src 'none'", "frame-ancestors", "no-referrer"):
        assert words in fields
    assert "unsafe" not in fields
    body = answer.body.decode()
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", body)
    assert not re.search(r"\son[a-z]+=|\sstyle=", body)
    for path in ("/status", "/readyz", "/healthz", "/nothing"):
        assert b"nosniff" in get(PULLING, path).head


def test_style_and_script_hold_nothing_that_ends_them() -> None:
    assert "</" not in SCRIPT + STYLE
    assert "http" not in SCRIPT + STYLE


def test_the_page_refreshes_itself_without_a_script() -> None:
    noscript = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert noscript in page(PULLING)


def test_the_page_has_bars_that_can_be_heard() -> None:
    text = part(PULLING)
    bars = re.findall(r"<progress [^>]*>", text)
    assert len(bars) == 5  # of all, and of the four that come
    assert all("aria-label=" in bar and "max=" in bar for bar in bars)
    assert "38.40 MB/s" in text
    assert "about 6 min left" in text
    assert "commercial use: <b>denied</b>" in text
    assert "more than the 41.00 GB there are for all" in text
    assert "/home/user/app/datasets" in text
    assert "lost at every restart" in text


def test_what_strangers_wrote_is_text() -> None:
    nasty = "<script>alert(1)</script>\u202e\x1b[2J'\"&"
    row = a_dataset("x", title=nasty, state="failed", reason=nasty, mend=nasty)
    space = PULLING._replace(
        message=nasty, mend=nasty, details=(nasty,), remarks=(nasty,), datasets=(row,)
    )
    text = part(space)
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text
    assert '="<' not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://a.example/x?sig=abc&e=1 now", "see https://a.example/x?… now"),
        ("https://me:secret@a.example/x", "https://a.example/x"),
        ("used hf_abcdefghijklmnop there", "used … there"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("is it here? no=yes", "is it here? no=yes"),
    ],
)
def test_secrets_are_taken_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_board_redacts_what_it_hears() -> None:
    board = Board()
    board.hear({"event": "noted", "message": "https://u:p@a.example/x?token=abc"})
    board.hear(
        {
            "event": "failed",
            "message": "hf_abcdefghijklmnop",
            "mend": "https://a.example/?key=1",
            "details": ["https://a.example/?key=2"],
            "code": 2,
        }
    )
    said = json.dumps(space_data(board.space)) + page(board.space)
    for secret in ("u:p", "token=abc", "hf_abc", "key=1", "key=2"):
        assert secret not in said


def test_starting_is_a_page_too() -> None:
    assert "Reading the catalog" in page(STARTING)


def test_no_module_of_the_page_touches_the_world() -> None:
    folder = Path(__file__).parents[2] / "lemm_catalog" / "render" / "pages"
    for path in folder.glob("*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"^(?:import|from) (os|io|time|pathlib)\b", text, re.M)
