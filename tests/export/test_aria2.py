"""Input files and metalinks, downloaded by the real aria2c from loopback."""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.digest import Digest
from lemm_catalog.model.entry import Dossier, Entry, Judged
from lemm_catalog.model.export import Exported
from lemm_catalog.model.source import Source
from lemm_catalog.model.terms import Terms
from lemm_catalog.render.exports.base import Kind
from lemm_catalog.render.exports.table import FORMATS
from lemm_catalog.rules.exporting import exported_of, fitted
from lemm_catalog.rules.selection import Wanted
from tests.builders import SHA, a_manifest, an_artifact
from tests.cli.running import a_plain_file
from tests.export.catalogs import NAMES, TITLE, content, exported, flip, put, served
from tests.export.peers import WRONG_CHECKSUM, aria2c
from tests.servers.http import HttpServer

FLAGS = {"aria2": "--input-file", "metalink": "--metalink-file"}
METALINK = "{urn:ietf:params:xml:ns:metalink}"
BOTH = pytest.mark.parametrize("form", FLAGS)


class Row(NamedTuple):
    urls: list[str]
    options: dict[str, str]


def rows(text: str) -> list[Row]:
    """Return what aria2 reads, by the rules of its manual."""
    found: list[Row] = []
    for line in text.split("\n"):
        if line.startswith((" ", "\t")):
            name, _, value = line.strip().partition("=")
            assert name not in found[-1].options
            found[-1].options[name] = value
        elif line and not line.startswith("#"):
            found.append(Row(line.split("\t"), {}))
    return found


def download(form: str) -> int:
    done = exported(form, "notes", "--out", "list")
    assert (done.code, done.err) == (0, "")
    return aria2c(f"{FLAGS[form]}=list", "--dir=got").returncode


def below(folder: str) -> dict[str, bytes]:
    root = Path(folder)
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@BOTH
def test_hostile_names_are_downloaded_with_the_right_bytes(form: str) -> None:
    # aria2 with libxml2 calls a file of a metalink `&#38;` where its name has an `&`.
    names = [name for name in NAMES if form == "aria2" or "&" not in name]
    with HttpServer() as server:
        put("notes", *(served(server, name) for name in names), title=TITLE)
        before = set(Path().iterdir())
        assert download(form) == 0
    assert below("got") == {f"notes/{name}": content(name) for name in names}
    assert {path.name for path in set(Path().iterdir()) - before} == {"got", "list"}


@BOTH
def test_a_flipped_bit_is_refused(form: str) -> None:
    with HttpServer() as server:
        put("notes", served(server, "x.bin"))
        flip(server, "x.bin")
        assert download(form) == WRONG_CHECKSUM


@BOTH
def test_a_mirror_stands_in_for_a_source_that_is_gone(form: str) -> None:
    with HttpServer() as server:
        file = served(server, "x.bin")
        file["source"] = [server.url("/gone"), file["source"]]
        put("notes", file)
        assert download(form) == 0
    assert below("got") == {"notes/x.bin": content("x.bin")}


@BOTH
def test_a_file_set_comes_file_by_file(form: str) -> None:
    with HttpServer() as server:
        files = [served(server, f"data/{n}.bin") for n in (1, 2)]
        put("notes", {"path": "data/", "source": server.url("/data")})
        lock = Path("mine/locks/notes.json")
        lock.parent.mkdir()
        pins = ", ".join(
            f'{{"path": "{f["path"]}", "size": {f["size"]}, '
            f'"checksums": {{"sha256": "{f["checksums"]["sha256"]}"}}}}'
            for f in files
        )
        lock.write_text(
            '{"schema": "lemm-catalog/lock@1", "id": "notes", '
            f'"locked": "2026-11-22T13:00:00Z", "files": {{"data/": [{pins}]}}}}'
        )
        assert download(form) == 0
    names = ["data/1.bin", "data/2.bin"]
    assert below("got") == {f"notes/{name}": content(name) for name in names}


def test_a_metalink_says_what_the_manifest_says() -> None:
    file = a_plain_file("x & y.bin", b"x", "https://a.org/x?a=1&b=2")
    file["source"] = [file["source"], "s3://bucket/x"]
    keys = {"title": TITLE, "version": "<2>", "homepage": "https://e.org/?a&b"}
    put("notes", file, **keys)
    (root,) = [ElementTree.fromstring(exported("metalink", "notes").out)]
    (found,) = root.findall(f"{METALINK}file")
    assert found.attrib == {"name": "notes/x & y.bin"}
    said = {one.tag.removeprefix(METALINK): one for one in found}
    assert said["identity"].text == TITLE.replace("\u2060", "\ufffd")
    assert (said["version"].text, said["size"].text) == ("<2>", "1")
    assert said["hash"].attrib == {"type": "sha-256"}
    assert said["hash"].text == file["checksums"]["sha256"]
    assert said["publisher"].attrib == {"name": "e.org", "url": keys["homepage"]}
    urls = [(one.text, one.get("priority")) for one in found.iter(f"{METALINK}url")]
    assert urls == [(url, str(n)) for n, url in enumerate(file["source"], start=1)]


def test_a_digest_that_a_format_does_not_know_is_no_proof() -> None:
    file = a_plain_file("x.bin", b"x", "https://a.org/x")
    put("notes", file | {"checksums": {"blake3": SHA}})
    for form in FLAGS:
        done = exported(form, "notes")
        assert (done.code, "only its blake3 is known" in done.err) == (1, True)
    assert exported("urls", "notes").code == 0


EVIL = (*NAMES, TITLE, "\n  out=evil", "x\r dir=/", "\thttp://evil/", "\u2028 out=x")
WILD = st.text(max_size=40) | st.sampled_from(EVIL)


def wild_dataset(paths: list[str], words: str, kind: Kind) -> Exported:
    """Return a dataset that no check of a manifest has seen."""
    artifacts = tuple(
        an_artifact()._replace(
            path=path,
            digests=(Digest("sha256", SHA),),
            sources=(Source(url=f"https://e.org/{path}"), Source(manual=words)),
        )
        for path in paths
    )
    by_hand = an_artifact()._replace(sources=(Source(manual=words, url=words),))
    dossier = Dossier(
        title=words,
        summary=words,
        homepage=None,
        version=words,
        tasks=(),
        media=(),
        languages=(),
        host="",
        licenses=(Judged(None, words, {}),),
        terms=(Terms(None, words, words),),
        artifacts=(*artifacts, by_hand),
        words="",
    )
    entry = Entry("notes", "minimal", 3, "active", None, {None: "minimal"}, "")
    manifest = a_manifest().model_copy(
        update={"title": words, "summary": words, "version": words}
    )
    whole, _ = exported_of(manifest, dossier, Wanted(entry, (None,), 3), str)
    return fitted(whole, kind.form)[0]


@given(paths=st.lists(WILD, max_size=4), words=WILD)
def test_nothing_in_a_manifest_becomes_an_option(paths: list[str], words: str) -> None:
    kind = FORMATS["aria2"]
    one = wild_dataset(paths, words, kind)
    found = rows("\n".join(kind.render([one])))
    assert [row.options for row in found] == [
        {"out": f"notes/{file.path}".strip(), "checksum": f"sha-256={SHA}"}
        for file in one.files
    ]
    assert all(len(row.urls) == 1 for row in found)


@given(paths=st.lists(WILD, max_size=4), words=WILD)
def test_nothing_in_a_manifest_becomes_markup(paths: list[str], words: str) -> None:
    kind = FORMATS["metalink"]
    one = wild_dataset(paths, words, kind)
    root = ElementTree.fromstring("\n".join(kind.render([one])))
    names = [file.get("name") for file in root.iter(f"{METALINK}file")]
    assert names == [f"notes/{file.path}" for file in one.files]
    assert len(list(root.iter(f"{METALINK}url"))) == len(names)
