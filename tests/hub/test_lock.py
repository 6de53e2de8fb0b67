"""What `lock` pins of the Hub and others, shows, writes, and leaves alone."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.hub.site import REPO, HubSite, hf
from tests.hub.standin import Hub
from tests.pulling import a_file, sha256, some_bytes
from tests.servers.answers import Flip, NoRanges, Status
from tests.servers.faults import Fault, SetHeaders, Unsized
from tests.servers.ftp import Ftp
from tests.servers.http import HttpServer
from tests.servers.message import Page, Reply, Request

NAME = f"datasets/{REPO}"
FILES = {
    "README.md": b"# Tones\n",
    "data/a.wav": some_bytes(3000, 1),
    "data/deep/b c.wav": some_bytes(2000, 2),
    "data/index.csv": b"a.wav,b c.wav\n",
    "data/notes#1.txt": b"nothing\n",
    "data/old.bak": b"old\n",
}
SET = {"path": "data/", "source": hf("data/"), "exclude": ["*.bak"]}


def test_a_set_is_listed_page_by_page_pinned_and_pulled(
    site: HubSite, hub: Hub
) -> None:
    commit = hub.commit(NAME, FILES)
    site.write(SET)
    done = site.lock("notes")

    assert (done.code, done.err.count("Traceback")) == (0, 0), done
    pins = {pin["path"]: pin for pin in site.locked["files"]["data/"]}
    taken = [path for path in FILES if path.startswith("data/") and "bak" not in path]
    assert sorted(pins) == sorted(taken)
    for path in taken:
        assert pins[path]["size"] == len(FILES[path])
        assert pins[path]["checksums"] == {"sha256": sha256(FILES[path])}
    assert site.locked["commits"] == {f"hf://{NAME}@main": commit}
    assert "cursor=" in "".join(record.target for record in hub.requests)

    outcome = site.pull()
    assert (outcome.result, outcome.message) == ("pulled", "")
    assert all(site.published(path) == FILES[path] for path in taken)
    asked = [r.path for r in hub.requests if "/resolve/" in r.path]
    assert all(f"/resolve/{commit}/" in path for path in asked)


def test_locking_again_changes_nothing_and_fetches_nothing(
    site: HubSite, hub: Hub
) -> None:
    hub.commit(NAME, FILES)
    site.write(SET)
    assert site.lock().code == 0
    before = site.lock_file.read_bytes()
    hub.forget()
    done = site.lock()

    assert (done.code, done.out) == (0, "1 dataset with nothing to pin anew\n")
    assert site.lock_file.read_bytes() == before
    assert [r for r in hub.requests if "/resolve/" in r.path] == []


def test_what_a_commit_pins_already_is_not_even_asked_for(
    site: HubSite, hub: Hub
) -> None:
    commit = hub.commit(NAME, FILES)
    site.write({**SET, "source": hf("data/", commit)})
    assert site.lock().code == 0
    assert "commits" not in site.locked
    hub.forget()

    assert site.lock().code == 0
    assert hub.requests == []


def test_a_branch_that_moved_is_shown_and_pulls_stay_at_the_commit(
    site: HubSite, hub: Hub
) -> None:
    first = hub.commit(NAME, FILES)
    site.write(SET)
    assert site.lock().code == 0
    later = {**FILES, "data/a.wav": some_bytes(3500, 9), "data/new.wav": b"new"}
    del later["data/index.csv"]
    second = hub.commit(NAME, later)

    assert site.pull().result == "pulled"
    assert site.published("data/a.wav") == FILES["data/a.wav"]

    before = site.lock_file.read_bytes()
    checked = site.lock("--check", "--json")
    assert (checked.code, site.lock_file.read_bytes()) == (1, before)
    (told,) = checked.json["datasets"]
    assert checked.json["schema"] == "lemm-catalog/lock-report@1"
    assert [one["path"] for one in told["added"]] == ["data/new.wav"]
    assert [one["path"] for one in told["removed"]] == ["data/index.csv"]
    (changed,) = told["changed"]
    assert (changed["old_size"], changed["new_size"]) == (3000, 3500)
    assert told["commits"] == [
        {"root": f"hf://{NAME}@main", "old": first, "new": second}
    ]
    assert told["is_written"] is False

    done = site.lock()
    assert done.code == 0
    assert f"{first[:12]} before, {second[:12]} now" in done.out
    assert "+ data/new.wav: 3 B" in done.out
    assert site.lock("--check").code == 0
    assert site.pull().result == "pulled"
    assert site.published("data/a.wav") == later["data/a.wav"]
    assert not (site.cache / "notes/data/index.csv").exists()


def test_a_single_file_of_a_branch_is_pinned_to_its_commit(
    site: HubSite, hub: Hub
) -> None:
    commit = hub.commit(NAME, FILES)
    file = {"path": "a.wav", "source": [hf("data/a.wav"), "https://a.invalid/a.wav"]}
    site.write(file)
    assert site.lock().code == 0
    (pin,) = site.locked["files"]["a.wav"]
    assert pin["url"] == hf("data/a.wav", commit)
    hub.commit(NAME, {"data/a.wav": b"others"})

    assert site.pull().result == "pulled"
    assert site.published("a.wav") == FILES["data/a.wav"]


def test_a_small_file_of_git_must_be_what_its_commit_says(
    site: HubSite, hub: Hub
) -> None:
    commit = hub.commit(NAME, FILES)
    place = f"/{NAME}/resolve/{commit}/data/index.csv"
    hub.script(place, Flip(at=3))
    site.write(SET)
    done = site.lock()

    assert done.code == 3
    assert "gave bytes that are not those of its commit" in _flat(done.out)
    assert not site.lock_file.exists()


def test_other_patterns_need_another_list(site: HubSite, hub: Hub) -> None:
    hub.commit(NAME, FILES)
    site.write({**SET, "include": ["*.wav"]})
    assert site.lock().code == 0
    assert len(site.locked["files"]["data/"]) == 2
    site.write({**SET, "include": ["*.wav", "*.csv"]})

    done = site.lock("--check")
    assert done.code == 1
    assert "+ data/index.csv" in done.out
    assert site.lock().code == 0
    assert len(site.locked["files"]["data/"]) == 3


def test_a_file_without_a_checksum_is_fetched_only_when_that_is_asked_for(
    site: HubSite,
) -> None:
    data = some_bytes(2_000_000)
    with HttpServer({"/a.bin": data}) as server:
        site.write({"path": "a.bin", "source": server.url("/a.bin")})
        done = site.lock()
        assert done.code == 1
        assert "tells no checksum of it (2,000,000 bytes, ETag " in _flat(done.out)
        assert "--fetch makes one of the bytes, 2.00 MB" in _flat(done.out)
        assert not site.lock_file.exists()
        assert server.sent() <= 1

        assert site.lock("--fetch").code == 0
        (pin,) = site.locked["files"]["a.bin"]
        assert pin["checksums"] == {"sha256": sha256(data)}
        assert (pin["size"], pin["url"]) == (len(data), server.url("/a.bin"))
        sent = server.sent()

        # A pull finds the bytes in staging; asking again finds the same ETag.
        assert site.pull().result == "pulled"
        assert site.published("a.bin") == data
        assert site.lock().code == 0
        assert server.sent() - sent <= 1


def test_a_file_that_changed_keeps_its_pin_until_it_is_fetched(site: HubSite) -> None:
    with HttpServer({"/a.bin": b"one"}) as server:
        site.write({"path": "a.bin", "source": server.url("/a.bin")})
        assert site.lock("--fetch").code == 0
        before = site.lock_file.read_bytes()
        server.put("/a.bin", b"another")

        assert site.lock().code == 1
        assert site.lock_file.read_bytes() == before
        done = site.lock("--fetch")
        assert done.code == 0
        assert "~ a.bin: 3 B → 7 B, sha256:" in done.out


def test_what_the_manifest_pins_is_not_asked_for(site: HubSite) -> None:
    site.write(a_file("a.bin", b"x", "https://a.invalid/a.bin"))
    done = site.lock()

    assert (done.code, done.out) == (0, "1 dataset with nothing to pin anew\n")
    assert not site.lock_file.exists()


def test_a_source_that_fails_keeps_the_pins_there_are(site: HubSite, hub: Hub) -> None:
    hub.commit(NAME, FILES)
    with HttpServer({"/a.bin": b"one"}) as server:
        one = {"path": "a.bin", "source": server.url("/a.bin")}
        site.write(one, SET)
        assert site.lock("--fetch").code == 0
        server.script("/a.bin", Status(404))
        hub.commit(NAME, {**FILES, "data/new.wav": b"new"})
        done = site.lock("--fetch")

    assert done.code == 3
    assert "has no such file (404)" in done.out
    assert site.locked["files"]["a.bin"][0]["checksums"] == {"sha256": sha256(b"one")}
    assert "data/new.wav" in site.lock_file.read_text()


def test_a_folder_of_ftp_is_listed(site: HubSite, tmp_path: Path) -> None:
    (tmp_path / "served" / "x" / "deep").mkdir(parents=True)
    (tmp_path / "served" / "x" / "a.mid").write_bytes(b"one")
    (tmp_path / "served" / "x" / "deep" / "b.mid").write_bytes(b"second")
    with Ftp(tmp_path / "served") as server:
        site.write({"path": "data/", "source": server.url("x/")})
        assert site.lock().code == 1
        done = site.lock("--fetch")
        assert done.code == 0, done
        assert site.pull().result == "pulled"

    pins = site.locked["files"]["data/"]
    assert [pin["path"] for pin in pins] == ["data/a.mid", "data/deep/b.mid"]
    assert site.published("data/deep/b.mid") == b"second"


def test_a_folder_beside_the_manifest_is_listed_and_read(site: HubSite) -> None:
    folder = site.catalog / "datasets" / "notes"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.mid").write_bytes(b"one")
    (folder / "link.mid").symlink_to("/etc/hostname")
    site.write({"path": "data/", "source": "notes/"})
    assert site.lock().code == 0

    (pin,) = site.locked["files"]["data/"]
    assert (pin["path"], pin["checksums"]) == (
        "data/deep/a.mid",
        {"sha256": sha256(b"one")},
    )
    assert site.pull().result == "pulled"


def test_a_web_server_lists_nothing(site: HubSite) -> None:
    with HttpServer({"/x/a": b"one"}) as server:
        site.write({"path": "data/", "source": server.url("/x/")})
        done = site.lock()

    assert done.code == 3
    assert "http gives no list of a folder's files" in _flat(done.out)


def test_a_name_that_leads_outside_is_refused(site: HubSite, hub: Hub) -> None:
    hub.commit(NAME, {"data/../../evil.wav": b"x"})
    site.write(SET)
    done = site.lock()

    assert done.code == 3
    assert "cannot be a file's name everywhere" in _flat(done.out)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": "many", "lfs": None}, "the Hub cannot be asked"),
        (
            {"lfs": {"oid": "0" * 64, "size": -1, "pointerSize": 1}},
            "cannot be pinned",
        ),
        ({"lfs": {"oid": "../../x", "size": 1, "pointerSize": 1}}, "cannot be asked"),
        ({"path": "data/b.wav"}, "lists a file twice"),
        ({"path": "data/a\x1b[31m.wav"}, "cannot be a file's name everywhere"),
        ({"path": "data/CON?.wav"}, "cannot be a file's name everywhere"),
    ],
    ids=str,
)
def test_nonsense_of_a_hub_is_refused_in_words(
    change: dict[str, Any], words: str, site: HubSite, hub: Hub
) -> None:
    hub.commit(NAME, {"data/a.wav": b"a", "data/b.wav": b"b"})
    hub.script("*", _Altered(change=change))
    site.write(SET)
    done = site.lock()

    assert done.code == 3
    assert words in _flat(done.out)
    assert "\x1b" not in done.out + done.err
    assert not site.lock_file.exists()


@pytest.mark.parametrize("tag", ['"\x01"', '"' + "x" * 5000 + '"', ""])
def test_an_odd_tag_is_not_pinned(tag: str, site: HubSite) -> None:
    with HttpServer({"/a.bin": b"one"}) as server:
        server.script("/a.bin", SetHeaders({"ETag": tag}))
        site.write({"path": "a.bin", "source": server.url("/a.bin")})
        assert site.lock("--fetch").code == 0
        assert "etag" not in site.locked["files"]["a.bin"][0]


def test_a_source_without_a_size_is_not_pinned_even_when_fetched(
    site: HubSite,
) -> None:
    with HttpServer({"/a.bin": b"one"}, {"/a.bin": [NoRanges(), Unsized()]}) as server:
        site.write({"path": "a.bin", "source": server.url("/a.bin")})
        done = site.lock("--fetch")

    assert done.code == 1
    assert "tells no size, so that a cut download could not be told" in _flat(done.out)


def test_an_empty_file_is_pinned(site: HubSite) -> None:
    with HttpServer({"/a.bin": b""}) as server:
        site.write({"path": "a.bin", "source": server.url("/a.bin")})
        assert site.lock("--fetch").code == 0
        assert site.locked["files"]["a.bin"][0]["size"] == 0
        assert site.pull().result == "pulled"


def test_what_else_is_wrong_with_a_manifest_is_said_first(site: HubSite) -> None:
    site.write({**SET, "part": "unheard-of"})
    done = site.lock("notes")

    assert done.code == 1
    assert "error: 1 problem in" in done.err


@pytest.mark.parametrize("words", [(), ("notes",)], ids=str)
def test_a_manifest_that_cannot_be_read_is_said(
    words: tuple[str, ...], site: HubSite
) -> None:
    site.write({**SET, "sauce": "tomato"})
    done = site.lock(*words)

    assert done.code == 1
    assert "sauce" in done.err


def test_a_lock_that_cannot_be_read_is_made_anew(site: HubSite, hub: Hub) -> None:
    hub.commit(NAME, FILES)
    site.write(SET)
    assert site.lock().code == 0
    good = site.locked["files"]
    site.lock_file.write_text("{ half")

    assert site.lock().code == 0
    assert site.locked["files"] == good


@pytest.mark.parametrize(
    ("words", "code"), [(["nothing"], 2), (["--offline"], 2)], ids=str
)
def test_wrong_usage_is_said(words: list[str], code: int, site: HubSite) -> None:
    site.write(SET)
    assert site.lock(*words).code == code


def test_a_lock_is_a_line_for_each_file(site: HubSite, hub: Hub) -> None:
    hub.commit(NAME, FILES)
    site.write(SET)
    site.lock()
    lines = site.lock_file.read_text().splitlines()

    assert len([line for line in lines if '"path"' in line]) == 4
    assert json.loads(site.lock_file.read_text())["schema"] == "lemm-catalog/lock@1"


def test_a_moved_repository_is_told_of(site: HubSite, hub: Hub) -> None:
    hub.commit("datasets/acme/chimes", FILES)
    hub.moved[NAME] = "datasets/acme/chimes"
    site.write(SET)
    done = site.lock()

    assert done.code == 0
    assert "acme/tones is called acme/chimes by now" in _flat(done.out)
    assert site.pull().result == "pulled"


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True)
class _Altered(Fault):
    """Changes the first file of every tree."""

    change: dict[str, Any] = field(default_factory=dict)

    def on_reply(self, reply: Reply, request: Request, page: Page | None) -> Reply:
        if "/tree/" not in request.path:
            return reply
        entries = json.loads(reply.body)
        entries[0] |= self.change
        return reply.with_body(json.dumps(entries).encode())
