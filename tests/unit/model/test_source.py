"""Sources as a manifest declares them."""

from typing import Any

import pytest
from pydantic import ValidationError

from lemm_catalog.model.source import is_pinned_revision, redact, remote_url
from tests.builders import COMMIT, a_source


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file:///etc/passwd", "file: is not a remote scheme"),
        ("local_file:///etc/passwd", "local_file: is not a remote scheme"),
        ("memory://x", "memory: is not a remote scheme"),
        ("HTTPS://example.org/x", "HTTPS: is not a remote scheme"),
        ("https://a:b@example.org/x", "holds credentials; use token_env"),
        ("https://a@example.org/x", "holds credentials; use token_env"),
        ("zip://a::https://example.org/x", "nests one URL in another"),
        ("https:///x", "names no host"),
        ("https://:80/x", "names no host"),
        ("https://[::1]/x", "nests one URL in another"),
        ("https://example.org/a b", "holds a space, a control or a non-ASCII"),
        ("https://example.org/\n", "holds a space, a control or a non-ASCII"),
        ("https://example.org\\@evil/", "holds a space, a control or a non-ASCII"),
        ("https://exämple.org/", "holds a space, a control or a non-ASCII"),
        ("https://example.org:99999/", "Port out of range"),
    ],
)
def test_a_url_no_manifest_may_name_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        remote_url(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["https://example.org/x?y=1", "s3://bucket/x", f"hf://datasets/a/b@{COMMIT}/x"],
)
def test_a_remote_url_is_left_as_it_is(text: str) -> None:
    assert text == remote_url(text)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("https://example.org/x", "url"),
        ("x/y.tar", "path"),
        ({"manual": "Ask.", "url": "https://example.org/"}, "manual"),
    ],
)
def test_a_source_is_a_url_a_path_or_words(data: Any, field: str) -> None:
    source = a_source(data)
    assert getattr(source, field)
    assert source.is_manual == (field == "manual")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"url": "https://example.org/", "path": "x"},
        {"manual": "Ask.", "path": "x"},
        {"path": "x", "token_env": "TOKEN"},
        {"url": "https://example.org/", "token_env": "lower"},
        {"url": "https://example.org/", "token": "secret"},
        "file:/etc/passwd",
        "c:/windows",
        "../up",
    ],
)
def test_what_is_not_exactly_one_of_them_is_refused(data: Any) -> None:
    with pytest.raises(ValidationError):
        a_source(data)


def test_only_a_full_commit_is_pinned() -> None:
    assert is_pinned_revision(f"hf://datasets/a/b@{COMMIT}/x/y.tar")
    for revision in ("main", COMMIT[:7], COMMIT.upper(), COMMIT + "0"):
        assert not is_pinned_revision(f"hf://datasets/a/b@{revision}/x")
    assert not is_pinned_revision("hf://datasets/a/b/x")


def test_what_is_shown_holds_no_secret() -> None:
    url = "https://me:pass@example.org:8443/x?X-Amz-Signature=1#y"
    assert redact(url) == "https://example.org:8443/x"
    pinned = f"hf://datasets/a/b@{COMMIT}/x"
    assert redact(pinned) == pinned
    manual = a_source({"manual": "Ask.", "url": "https://example.org/?id=1"})
    assert manual.shown == "manual: https://example.org/"
    assert a_source({"manual": "Ask."}).shown == "manual"
    assert a_source("x/y").shown == "x/y"
