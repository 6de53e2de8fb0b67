"""Our engine on a Hub that breaks, limits, expires, lies, moves and refuses."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run
from tests.hub.site import REPO, HubSite, hf
from tests.hub.standin import Hub, Storage
from tests.pulling import MiB, a_file, some_bytes
from tests.servers.answers import Flip, Status
from tests.servers.faults import Drop, Rate, SetHeaders
from tests.servers.http import HttpServer

NAME = f"datasets/{REPO}"
DATA = some_bytes(300_000)
LARGE = some_bytes(24 * MiB)
TOKEN = "hf_verysecretindeed"


def one_file(
    site: HubSite, hub: Hub, data: bytes, *more: str, path: str = "a.bin"
) -> str:
    """Put a file on the Hub and into the manifest; return its commit."""
    commit = hub.commit(NAME, {path: data})
    site.write(a_file(path, data, [hf(path, commit), *more]))
    return commit


def place_of(data: bytes) -> str:
    """Return where the storage has a content."""
    return f"/{hashlib.sha256(data).hexdigest()}"


def asked_of(hub: Hub) -> list[Any]:
    return [record for record in hub.requests if "/resolve/" in record.path]


def test_the_token_stays_at_the_hub_and_is_not_written_anywhere(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    one_file(site, hub, DATA)
    hub.repos[NAME].private = True
    hub.repos[NAME].readers = frozenset({TOKEN})
    words = (
        "pull",
        "notes",
        "-v",
        "--catalog",
        site.catalog,
        "--cache-dir",
        site.cache,
    )
    done = run(*words, env={"HF_ENDPOINT": hub.origin, "HF_TOKEN": f" {TOKEN}\n"})

    assert done.code == 0, done
    assert site.published("a.bin") == DATA
    assert {r.headers["authorization"] for r in asked_of(hub)} == {f"Bearer {TOKEN}"}
    assert storage.requests
    assert all("authorization" not in r.headers for r in storage.requests)
    files = [path for path in site.root.rglob("*") if path.is_file()]
    text = b"".join(path.read_bytes() for path in files).decode("latin-1")
    for secret in (TOKEN, "secret-"):
        assert secret not in text + done.out + done.err


def test_the_token_that_the_hub_s_client_keeps_is_used(
    site: HubSite, hub: Hub, tmp_path: Path
) -> None:
    one_file(site, hub, DATA)
    hub.repos[NAME].private = True
    hub.repos[NAME].readers = frozenset({TOKEN})
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "token").write_text(f"{TOKEN}\n")
    words = ("pull", "notes", "--catalog", site.catalog, "--cache-dir", site.cache)
    env = {"HF_ENDPOINT": hub.origin, "HF_HOME": str(tmp_path / "home")}

    refused = run(*words, env={**env, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"})
    assert refused.code == 3
    assert all("authorization" not in r.headers for r in hub.requests)
    assert run(*words, env=env).code == 0


def test_a_token_file_that_holds_none_is_named(
    site: HubSite, hub: Hub, tmp_path: Path
) -> None:
    one_file(site, hub, DATA)
    (tmp_path / "token").write_text("two words\n")
    words = ("pull", "notes", "--catalog", site.catalog, "--cache-dir", site.cache)
    env = {"HF_ENDPOINT": hub.origin, "HF_TOKEN_PATH": str(tmp_path / "token")}
    done = run(*words, env=env)

    assert done.code == 3
    wanted = "holds no token of the Hub (run `hf auth login` again)"
    assert wanted in " ".join(done.out.split())
    assert "two words" not in done.out + done.err


def test_a_large_file_costs_the_hub_few_questions(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    one_file(site, hub, LARGE)
    assert site.pull().result == "pulled"

    assert site.published("a.bin") == LARGE
    assert len(storage.requests) > len(asked_of(hub))
    assert len(asked_of(hub)) <= 4  # no more than connections begun at once


def test_a_link_that_expires_on_the_way_is_asked_for_anew(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    one_file(site, hub, LARGE)
    storage.script(place_of(LARGE), Drop(at=MiB, times=2))
    _once(storage, lambda: storage.sent() > 5 * MiB, storage.expire)
    outcome = site.pull()

    assert (outcome.result, outcome.message) == ("pulled", "")
    assert site.published("a.bin") == LARGE
    assert 403 in {record.status for record in storage.requests}
    assert storage.sent() <= 1.1 * len(LARGE) + 4 * MiB
    assert all("if-range" in r.headers for r in storage.requests if r.status == 403)


def test_storage_that_refuses_fresh_links_is_named(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    one_file(site, hub, DATA)
    storage.script(place_of(DATA), Status(403))
    outcome = site.pull()

    assert outcome.exit_code == 3
    assert "the Hub's storage refuses the link the Hub gave (403)" in outcome.message


def test_content_that_changes_behind_a_new_link_starts_anew(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    one_file(site, hub, LARGE)
    place = place_of(LARGE)
    other = SetHeaders({"ETag": '"another"'})
    storage.script(place, Drop(at=2 * MiB, times=1), replace(other, after=1, times=1))
    assert site.pull().result == "pulled"
    assert site.published("a.bin") == LARGE


def test_a_hub_that_is_killed_on_the_way_fails_in_words_and_is_resumed(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    commit = one_file(site, hub, LARGE)
    storage.script("*", Rate(40 * MiB))

    def kill() -> None:
        hub.close()
        storage.close()

    _once(storage, lambda: storage.sent() > 6 * MiB, kill)
    outcome = site.pull()
    assert (outcome.result, outcome.exit_code) == ("failed", 3)
    assert f"{hf('a.bin', commit)}: cannot be reached" in outcome.message
    assert not (site.cache / "notes").exists()

    with Storage() as other, Hub(other) as again:
        assert again.commit(NAME, {"a.bin": LARGE}) == commit
        site.endpoint = again.origin
        assert site.pull().result == "pulled"
        assert site.published("a.bin") == LARGE
        assert other.sent() <= len(LARGE) - 5 * MiB


def test_when_the_hub_dies_a_mirror_goes_on(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    with HttpServer({"/a.bin": LARGE}) as mirror:
        one_file(site, hub, LARGE, mirror.url("/a.bin"))
        storage.script("*", Rate(40 * MiB))
        _once(storage, lambda: storage.sent() > 6 * MiB, storage.close)
        outcome = site.pull()

        assert (outcome.result, outcome.message) == ("pulled", "")
        assert site.published("a.bin") == LARGE
        assert 0 < mirror.sent() <= len(LARGE) - 4 * MiB


def test_a_limit_is_waited_for(site: HubSite, hub: Hub) -> None:
    commit = one_file(site, hub, DATA)
    _limit(hub, f"/{NAME}/resolve/{commit}/a.bin", '"resolve";r=0;t=1')
    outcome = site.pull()

    assert (outcome.result, outcome.message) == ("pulled", "")
    first, second = asked_of(hub)[:2]
    assert (first.status, second.time - first.time >= 1.0) == (429, True)


def test_a_limit_on_the_very_first_question_of_lock_is_waited_for(
    site: HubSite, hub: Hub
) -> None:
    hub.commit(NAME, {"a.bin": DATA, "b.txt": b"b"})
    site.write({"path": "data/", "source": hf("")})
    _limit(hub, f"/api/{NAME}/revision/main", '"api";r=0;t=1')
    done = site.lock()

    assert done.code == 0, done
    assert site.pull().result == "pulled"


def test_a_limit_that_lasts_is_said_with_what_would_help(
    site: HubSite, hub: Hub
) -> None:
    commit = one_file(site, hub, DATA)
    limit = Status(429, retry_after=600)
    hub.script(f"/{NAME}/resolve/{commit}/a.bin", limit)
    outcome = site.pull()

    assert outcome.exit_code == 3
    wanted = "the Hub wants fewer requests (429); with HF_TOKEN it allows more"
    assert f"{wanted} and wants 600 seconds" in outcome.message


def test_a_renamed_repository_is_followed_with_its_token(
    site: HubSite, hub: Hub
) -> None:
    commit = one_file(site, hub, DATA)
    hub.repos["datasets/acme/chimes"] = hub.repos.pop(NAME)
    hub.repos["datasets/acme/chimes"].private = True
    hub.repos["datasets/acme/chimes"].readers = frozenset({TOKEN})
    hub.moved[NAME] = "datasets/acme/chimes"
    site.token = TOKEN

    assert site.pull().result == "pulled"
    paths = [
        f"/{name}/resolve/{commit}/a.bin" for name in (NAME, "datasets/acme/chimes")
    ]
    assert [record.path for record in asked_of(hub)] == paths


def _gate(hub: Hub, readers: frozenset[str]) -> None:
    hub.repos[NAME].gated, hub.repos[NAME].readers = True, readers


REFUSALS: dict[str, tuple[Callable[[Hub], Any], str | None, str]] = {
    "gated": (
        lambda hub: _gate(hub, frozenset()),
        None,
        "is gated: open {page}, accept the conditions, set HF_TOKEN (401)",
    ),
    "gated-for-this-token": (
        lambda hub: _gate(hub, frozenset()),
        TOKEN,
        "is gated, and the token's user has no access: open {page}, accept the "
        "conditions, and see that the token may read gated repositories (403)",
    ),
    "private-or-missing": (
        lambda hub: hub.repos.pop(NAME),
        None,
        "the Hub has no such repository, or it is private: see {page}; if you may read "
        "it, set HF_TOKEN (401)",
    ),
    "private-or-missing-for-this-token": (
        lambda hub: hub.repos.pop(NAME),
        TOKEN,
        "the Hub has no such repository, or the token in use may not see it: see "
        "{page} (404)",
    ),
    "revision": (
        lambda hub: hub.repos[NAME].commits.clear(),
        None,
        "the repository has no revision {commit}: see {page}/commits/main; lock pins "
        "another one (404)",
    ),
    "entry": (
        lambda hub: hub.repos[NAME].empty(),
        None,
        "the repository has no such file at this revision: see {page}/tree/{commit} "
        "(404)",
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_is_said_with_the_page_to_open(
    kind: str, site: HubSite, hub: Hub
) -> None:
    change, token, words = REFUSALS[kind]
    commit = one_file(site, hub, DATA)
    change(hub)
    site.token = token
    outcome = site.pull()

    wanted = words.format(page=f"{hub.origin}/{NAME}", commit=commit)
    assert outcome.message == f"{hf('a.bin', commit)}: {wanted}"
    assert outcome.exit_code == 3
    assert len(hub.requests) == 1  # asking again would not help


@pytest.mark.parametrize("kind", [kind for kind in REFUSALS if "gated" not in kind])
def test_lock_says_a_refusal_in_the_same_words(
    kind: str, site: HubSite, hub: Hub
) -> None:
    change, token, words = REFUSALS[kind]
    commit = hub.commit(NAME, {"a.bin": DATA})
    site.write({"path": "a.bin", "source": hf("a.bin", commit)})
    change(hub)
    done = site.lock(**({"HF_TOKEN": token} if token else {}))

    page = f"{hub.origin}/{NAME}"
    wanted = words.format(page=page, commit=commit).rpartition(" (")[0]
    assert done.code == 3
    assert wanted in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (
            401,
            {"X-Error-Message": "Invalid credentials in Authorization header"},
            "the Hub does not accept the token in use: make another at {origin}"
            "/settings/tokens and set HF_TOKEN (401)",
        ),
        (
            403,
            {"X-Error-Message": "Access to this resource is disabled."},
            "the Hub has disabled this repository: see {origin}/datasets/acme"
            "/tones (403)",
        ),
        (
            403,
            {"X-Error-Message": "Pay \x1b[31mfirst"},
            "the Hub refuses access: 'Pay \\x1b[31mfirst': see {origin}/datasets/acme"
            "/tones (403)",
        ),
        (404, {}, "the Hub has no such file: see {origin}/datasets/acme/tones (404)"),
        (502, {}, "fails (502), 5 times in a row (run it again later)"),
    ],
)
def test_what_else_the_hub_may_say(
    status: int, headers: dict[str, str], words: str, site: HubSite, hub: Hub
) -> None:
    commit = one_file(site, hub, DATA)
    place = f"/{NAME}/resolve/{commit}/a.bin"
    hub.script(place, Status(status), SetHeaders(headers))
    outcome = site.pull()

    assert outcome.message.endswith(words.format(origin=hub.origin)), outcome
    assert outcome.exit_code == 3


def test_wrong_bytes_of_the_hub_are_not_believed_and_a_mirror_is_asked(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    with HttpServer({"/a.bin": DATA}) as mirror:
        one_file(site, hub, DATA, mirror.url("/a.bin"))
        storage.script(place_of(DATA), Flip(at=100_000))
        assert site.pull().result == "pulled"

        assert site.published("a.bin") == DATA
        assert "gave bytes whose sha256 is" in site.said()


def test_many_small_files_come_ahead_over_few_connections(
    site: HubSite, hub: Hub, storage: Storage
) -> None:
    files = {f"{n}.txt": some_bytes(100 + n, n) for n in range(40)}
    files |= {f"{n}.wav": some_bytes(200 + n, n) for n in range(10)}
    commit = hub.commit(NAME, files)
    site.write(*(a_file(path, data, hf(path, commit)) for path, data in files.items()))
    outcome = site.pull()

    assert (outcome.result, outcome.message) == ("pulled", "")
    assert all(site.published(path) == data for path, data in files.items())
    assert len(asked_of(hub)) == len(files)
    assert hub.connections < len(files)


def _limit(hub: Hub, path: str, ratelimit: str) -> None:
    told = SetHeaders({"RateLimit": ratelimit, "Retry-After": None}, times=1)
    hub.script(path, Status(429, times=1), told)


def _once(
    server: HttpServer, happened: Callable[[], bool], then: Callable[[], None]
) -> None:
    """Do something once something holds of a server."""

    def watch() -> None:
        server.wait_until(lambda _: happened(), seconds=20)
        then()

    threading.Thread(target=watch, daemon=True).start()
