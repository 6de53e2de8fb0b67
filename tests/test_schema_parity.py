"""The JSON Schemas and the models behind them accept and refuse the same data.

Editors judge by the schemas, the program by both. What only one of the two can say
is listed at the end of this file, each case as a test.
"""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter, ValidationError

from lemm_catalog.load.document import read_yaml
from lemm_catalog.load.files import UnreadableError
from lemm_catalog.model.base import Line, RelativePath, RemoteUrl, Text
from lemm_catalog.model.catalog import Phases
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.manifest import Manifest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests" / "examples"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MODELS: dict[str, type[BaseModel]] = {
    "manifest": Manifest,
    "phases": Phases,
    "license": LicenseFacts,
    "policy": Policy,
    "lock": Lock,
}
KINDS = [*MODELS, "config"]

# One document of each kind with every key it can have.
FULL: dict[str, Any] = {
    "manifest": {
        "schema_version": 1,
        "id": "full",
        "title": "Full",
        "summary": "Every key there is.",
        "homepage": "https://example.org/",
        "version": "1.10",
        "phase": "minimal",
        "priority": 3,
        "tasks": ["music-synthesis"],
        "languages": ["pt-BR"],
        "format": {
            "media": ["audio/wav"],
            "sample_rate": 16000,
            "channels": 1,
            "bit_depth": 16,
        },
        "license": {
            "expression": "CC-BY-4.0",
            "attribution": "Somebody",
            "claims": [
                {
                    "expression": "CC-BY-4.0",
                    "url": "https://example.org/license",
                    "seen": "2026-11-22",
                    "note": "At the bottom.",
                    "part": "audio",
                }
            ],
            "note": "Two\nlines.",
            "items": {
                "file": "table/items.txt",
                "inside": "a/b.bin",
                "format": "csv",
                "header": 3,
                "key": "id",
                "license": ["track", "license"],
                "title": 7,
                "author": ["artist", "name"],
                "url": "page",
                "where": {"column": ["set", "subset"], "among": ["small"]},
                "path": "a/{key:06[:3]}/{key}.mp3",
                "besides": ["a/README.txt"],
                "words": {"Attribution 4.0": "CC-BY-4.0"},
            },
        },
        "size": {"unpacked": {"about": "12.5 GB"}, "members": 12},
        "layout": "a\nb",
        "notes": ["A trap."],
        "files": [
            {
                "path": "a/b.bin",
                "size": 1000,
                "checksums": {
                    "sha256": SHA,
                    "sha512": SHA * 2,
                    "blake2b": SHA * 2,
                    "blake3": SHA,
                    "sha1": SHA[:40],
                    "md5": SHA[:32],
                },
                "source": [
                    "https://example.org:8443/b.bin?download=1",
                    "beside.bin",
                    {"url": "s3://bucket/b.bin", "token_env": "EXAMPLE_TOKEN"},
                    {"path": "beside.bin"},
                    {"manual": "Ask.", "url": "https://example.org/form"},
                ],
                "unpack": {
                    "strip": 1,
                    "into": "c",
                    "format": "tar.gz",
                    "size": {"unpacked": 2000, "members": 3},
                },
                "part": "audio",
            },
            {
                "path": "set/",
                "source": "hf://datasets/a/b@main/set/",
                "include": ["*.wav"],
                "exclude": ["*.tmp"],
            },
        ],
        "parts": {"audio": {"title": "Audio", "license": "CC0-1.0", "phase": "extra"}},
        "status": {
            "state": "deprecated",
            "since": "2026-11-22",
            "reason": "Old.",
            "replaced_by": "other",
        },
        "citation": "@misc{x}",
    },
    "phases": {
        "phases": {
            "minimal": {"title": "Minimal", "summary": "Little."},
            "balanced": {"title": "Balanced", "extends": "minimal"},
            "full": {"title": "Full", "extends": ["minimal", "balanced"]},
        }
    },
    "license": {
        "schema_version": 1,
        "ids": ["CC-BY-4.0", "CC-BY-3.0"],
        "title": "Attribution",
        "url": "https://example.org/",
        "texts": {"CC-BY-3.0": "https://example.org/3.0/"},
        "ports": {"CC-BY-3.0": ["AT", "US"]},
        "aliases": {"CC-BY-4.0": ["CC BY 4.0"]},
        "names": ["CC BY"],
        "hub": ["cc-by-4.0"],
        "permits": ["derivatives"],
        "requires": ["attribution"],
        "forbids": ["commercial-use"],
        "note": "Well.",
    },
    "policy": {
        "schema_version": 1,
        "id": "commercial",
        "title": "Commercial",
        "summary": "Sell.",
        "permits": ["commercial-use"],
    },
    "lock": {
        "schema": "lemm-catalog/lock@1",
        "id": "urmp",
        "locked": "2026-11-22T13:00:00Z",
        "files": {
            "set/": [
                {
                    "path": "set/a.wav",
                    "size": 10,
                    "checksums": {"sha256": SHA},
                    "url": "https://example.org/a.wav",
                    "etag": '"abc"',
                    "last_modified": "Sun, 22 Nov 2026 13:00:00 GMT",
                }
            ]
        },
    },
}
# What is put in the place of every value, whatever it was.
PROBES: list[Any] = [
    *(None, True, False, 0, 1, -1, 7, 2**53, 1.5, "", "x", "X", "1", "../x", "/x"),
    *("a/", "a b", "a.", "x\n", "\u202e", "\x1b[0m", "x" * 70, "x" * 1001),
    *("https://example.org/x", "HTTPS://example.org/x", "https://a:b@example.org/x"),
    *("file:///etc/passwd", "https://example.org:port/", "https:///x", "a::b"),
    *("12.5 GB", "2026-13-01", "excluded", "commercial-use", SHA),
    *([], [None], ["x"], ["x", "x"], [[]], [{}], [1], ["a\n"]),
    *({}, {"x-a": None}, {"a": 1}, {"about": "1 GB"}, {"about": " 1 GB"}),
    *({"url": "https://example.org/x"}, {"path": "x"}, {"manual": "x"}),
    *({"url": "https://example.org/x", "path": "x"}, {"manual": "x", "path": "x"}),
    *({"token_env": "X"}, {"manual": "x", "token_env": "X"}, {"expression": "x"}),
    *({"state": "excluded"}, {"state": "active"}, {"members": 0}, {"sha256": "x"}),
]


def schema_of(kind: str) -> dict[str, Any]:
    path = ROOT / "schemas" / f"{kind}.v1.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def judges(kind: str) -> tuple[Callable[[Any], bool], Callable[[Any], bool]]:
    """Return what the schema and what the model says of data."""
    validator = Draft202012Validator(schema_of(kind))
    return validator.is_valid, accepts(TypeAdapter(MODELS[kind]))


def accepts(adapter: TypeAdapter[Any]) -> Callable[[Any], bool]:
    def judge(data: Any) -> bool:
        try:
            adapter.validate_python(data)
        except ValidationError:
            return False
        return True

    return judge


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    for key, value in items:
        yield (*at, key)
        yield from places(value, (*at, key))


def changed(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(data)
    parent = data
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    return data


def mutants(data: Any) -> Iterator[tuple[str, Any]]:
    """Give the document with one thing changed, at every place in turn."""
    for place in places(data):
        parent: Any = data
        for key in place[:-1]:
            parent = parent[key]
        old = parent[place[-1]]
        values = [*PROBES, [old], {"x": old}]
        if isinstance(old, str):
            values += [f"{old}\n", f" {old}", f"{old} ", old.upper(), old + "\u200f"]
            values += [old.replace("-", "_"), old[:-1], old * 2, old.encode()]
        if isinstance(old, int):
            values += [str(old), old + 0.5, -old]
        for value in values:
            yield f"{place} = {value!r:.60}", changed(data, place, value)
        if isinstance(parent, dict):
            without = changed(data, place, None)
            inner = without
            for key in place[:-1]:
                inner = inner[key]
            del inner[place[-1]]
            yield f"without {place}", without
            for name in ("unknown", "x-free", "X-no", "Bad Name", "a\n"):
                yield f"{name} beside {place}", changed(data, (*place[:-1], name), old)


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_a_schema(kind: str) -> None:
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{kind}.v1.schema.json")


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained_and_has_an_example(kind: str) -> None:
    def keys(node: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(node, dict):
            for name, value in node.get("properties", {}).items():
                # Inside an if or then, a key is only named, not introduced.
                if isinstance(value, dict) and "title" in node and "type" in node:
                    yield name, value
            for value in node.values():
                yield from keys(value)
        elif isinstance(node, list):
            for value in node:
                yield from keys(value)

    bare = [
        f"{name}: {missing}"
        for name, key in keys(schema_of(kind))
        for missing in {"title", "description", "examples"} - key.keys()
        if name != "datasets"
    ]
    assert bare == []


def test_what_schemas_share_is_the_same_in_each() -> None:
    shared: dict[str, Any] = {}
    for kind in KINDS:
        for name, definition in schema_of(kind).get("$defs", {}).items():
            assert definition == shared.setdefault(name, definition), (kind, name)


@pytest.mark.parametrize("kind", MODELS)
def test_the_full_document_is_accepted_by_both(kind: str) -> None:
    by_schema, by_model = judges(kind)
    assert (by_schema(FULL[kind]), by_model(FULL[kind])) == (True, True)


@pytest.mark.parametrize("kind", MODELS)
def test_schema_and_model_agree_on_every_single_change(kind: str) -> None:
    by_schema, by_model = judges(kind)
    disputed = [
        f"{what}: schema {by_schema(data)}, model {by_model(data)}"
        for what, data in mutants(FULL[kind])
        if by_schema(data) != by_model(data)
    ]
    assert disputed == []


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(MODELS)), st.data())
def test_what_the_model_takes_after_several_changes_the_schema_takes(
    kind: str, data: st.DataObject
) -> None:
    by_schema, by_model = judges(kind)
    document = FULL[kind]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from(list(places(document))))
        document = changed(document, place, data.draw(st.sampled_from(PROBES)))
    # `load.check` asks the model alone, and the schema only for words.
    assert by_schema(document) or not by_model(document)


@pytest.mark.parametrize("data", PROBES, ids=lambda data: f"{data!r:.30}")
@pytest.mark.parametrize("kind", MODELS)
def test_schema_and_model_agree_on_what_is_no_document(kind: str, data: Any) -> None:
    by_schema, by_model = judges(kind)
    assert by_schema(data) == by_model(data)


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem
)
def test_schema_and_model_agree_on_every_example(path: Path) -> None:
    by_schema, by_model = judges("manifest")
    try:
        data = read_yaml(path).data
    except UnreadableError:
        assert path.parent.name == "invalid"
        return
    assert by_schema(data) == by_model(data)
    if path.parent.name == "valid":
        assert by_schema(data)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "catalog").rglob("*.yaml")), ids=lambda path: path.stem
)
def test_every_catalog_file_names_its_schema_and_fits_it(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    opening = "# yaml-language-server: $schema="
    assert first.startswith(opening)
    schema = path.parent / first.removeprefix(opening)
    by_schema, by_model = judges(schema.name.partition(".")[0])
    assert schema.is_file()
    data = read_yaml(path).data
    assert (by_schema(data), by_model(data)) == (True, True)


@cache
def definition(name: str) -> Callable[[Any], bool]:
    whole = schema_of("manifest")
    part = {"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]}
    return Draft202012Validator(part).is_valid


IS_URL = accepts(TypeAdapter(RemoteUrl))
IS_PATH = accepts(TypeAdapter(RelativePath))
IS_LINE = accepts(TypeAdapter(Line))
IS_TEXT = accepts(TypeAdapter(Text))
URL_PIECES = st.lists(
    st.sampled_from(
        [
            *("http", "https", "hf", "s3", "file", "HTTP", ":", "/", "//", "::", "@"),
            *("a.example", "user", "80", "65536", "0080", "[", "]", "?", "#", "%20"),
            *(" ", "\\", "\n", "\t", "é", "\u202e", "..", "-", "+", "x"),
        ]
    ),
    max_size=9,
)
PATH_PIECES = st.lists(
    st.sampled_from(
        [
            *("a", "b.wav", "/", "//", ".", "..", "...", " ", "\\", ":", "*", "\n"),
            *("é", "\u202e", "\x00", "~", "n" * 255, "n" * 256, "-", "x" * 990),
        ]
    ),
    max_size=7,
)


@settings(max_examples=2000, deadline=None)
@given(
    URL_PIECES, st.sampled_from(["", "https://", "http://a", "hf://", "ftp://", "gs:"])
)
def test_schema_and_model_agree_on_urls(pieces: list[str], opening: str) -> None:
    url = opening + "".join(pieces)
    assert IS_URL(url) == definition("url")(url)


@settings(max_examples=2000, deadline=None)
@given(PATH_PIECES)
def test_schema_and_model_agree_on_paths(pieces: list[str]) -> None:
    path = "".join(pieces)
    if all(len(name.encode()) <= 255 or len(name) > 255 for name in path.split("/")):
        assert IS_PATH(path) == definition("path")(path)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=20))
def test_schema_and_model_agree_on_text(text: str) -> None:
    assert IS_LINE(text) == definition("line")(text)
    assert IS_TEXT(text) == definition("text")(text)


def test_only_the_model_tells_5_0_from_5() -> None:
    by_schema, by_model = judges("manifest")
    data = changed(FULL["manifest"], ("priority",), 5.0)
    assert (by_schema(data), by_model(data)) == (True, False)


def test_only_the_model_counts_the_bytes_of_a_name() -> None:
    by_schema, by_model = judges("manifest")
    data = changed(FULL["manifest"], ("files", 0, "path"), "é" * 200)
    assert (by_schema(data), by_model(data)) == (True, False)


@pytest.mark.parametrize(
    ("settings_", "is_right"),
    [
        ({"datasets": {}}, True),
        ({"model": {"layers": 12}, "datasets": {"phase": "minimal"}}, True),
        ({"datasets": {"auto_download": True, "use_hf_cache": False}}, True),
        ({"datasets": {"cache_dir": "datasets", "max_storage_gb": 150}}, True),
        ({"datasets": {"max_storage_gb": 0.5}}, True),
        ({"datasets": {"priorities": {"fma_small": 4, "fma-large": 1}}}, True),
        ({"datasets": {"mirrors": {"https://a.example/": "file:///mnt/a/"}}}, True),
        ({"datasets": {"x-note": None}}, True),
        ({"datasets": None}, False),
        ({"datasets": {"auto_download": "yes"}}, False),
        ({"datasets": {"max_storage_gb": "150 GB"}}, False),
        ({"datasets": {"max_storage_gb": 0}}, False),
        ({"datasets": {"max_storage_gb": True}}, False),
        ({"datasets": {"priorities": {"nsynth": 6}}}, False),
        ({"datasets": {"priorities": {"NSynth": 5}}}, False),
        ({"datasets": {"mirrors": {"file:///a/": "https://a.example/"}}}, False),
        ({"datasets": {"mirrors": {"https://a.example/": "/mnt/a"}}}, False),
        ({"datasets": {"max_storage": 150}}, False),
        ({"datasets": {"cache_dir": ""}}, False),
    ],
)
def test_the_configuration_is_checked_as_strictly(
    settings_: dict[str, Any], is_right: bool
) -> None:
    validator = Draft202012Validator(schema_of("config"))
    assert is_right == validator.is_valid(settings_)
