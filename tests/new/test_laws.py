"""Whatever a document says: no traceback, and no checksum that it does not state."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lemm_catalog.errors import LemmError
from lemm_catalog.harvest.base import Source
from lemm_catalog.harvest.table import reader_of
from lemm_catalog.harvest.values import size_of, text_of
from lemm_catalog.load.knowledge import read_knowledge
from lemm_catalog.model.draft import Draft, Wanted
from lemm_catalog.rules.drafting import draft_of, id_of
from lemm_catalog.sizes import parse_size
from tests.new.drafting import DAY, checksums, drafted, valid

FACTS = read_knowledge().facts
SHA = "15c5100fc40c3a262f9b42707c15ffed30b8fec58c0d9b88d4136f6cb1fddefe"
KEYS = """
    @type @id @graph @value name title description license licenses url path
    distribution
    contentUrl contentSize sha256 md5 hash bytes containedIn includes encodingFormat
    resources data files key size checksum links self metadata id creators creator
    attributes rightsList latestVersion dataFile siblings sha rfilename lfs cardData
    citeAs version keywords inLanguage doi url_public_html computed_md5 download_url
""".split()  # noqa: SIM905 - a list to read
WORDS = [
    "Dataset", "cr:FileObject", "cr:FileSet", "a.csv", "b/c.zip", "../x", "CON", "a",
    "https://example.org/a.csv", "http://example.org/b", "hf://datasets/o/n@main/x",
    "https://huggingface.co/datasets/o/n", "file:///etc/passwd", "https://[::1]/x",
    SHA, SHA[:32], f"md5:{SHA[:32]}", f"sha256:{SHA}", SHA.upper(), "PLACEHOLDER",

    "https://[", "//[x", "https://x.org:99999/a", "hf://[", "git+https",
    "3.1 GB", "12 B", "1e400", "cc-by-4.0", "MIT OR Apache-2.0", "none", "@misc{a,}",
    "0123456789abcdef0123456789abcdef01234567", "\ud800", "\u202e", "x" * 2000, "",
]  # fmt: skip
SCALARS = (
    st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers() | st.floats()
    | st.text(max_size=30)
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=40,
)
OBJECT = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8)
# What a file has in one form of document or another, mostly as it should be.
SUMS = st.sampled_from(
    [SHA, SHA[::-1], SHA[:32], SHA[32:], f"md5:{SHA[:32]}", f"sha256:{SHA}", "0" * 64]
)
URLS = st.sampled_from(["https://example.org/a.csv", "https://x.org/b", "c.zip"])
SIZES = st.one_of(st.just(5), st.sampled_from([7, "5 B", "3.1 GB"]), SCALARS)
SUM_KEYS = ("sha256", "md5", "hash", "checksum", "computed_md5")
_FORMS: dict[str, st.SearchStrategy[Any]] = {
    "links": st.fixed_dictionaries({"self": URLS}),
    "lfs": st.fixed_dictionaries({"sha256": SUMS}),
    "dataFile": st.fixed_dictionaries(
        {"id": st.integers(1, 9), "filesize": SIZES, "md5": SUMS}
    ),
}
_FORMS |= dict.fromkeys(("contentUrl", "path", "download_url", "rfilename"), URLS)
_FORMS |= dict.fromkeys(("contentSize", "bytes", "size"), SIZES)
_FORMS |= dict.fromkeys(SUM_KEYS, st.one_of(SUMS, SUMS, SCALARS))
FILE = st.fixed_dictionaries(
    _FORMS,
    optional={"name": SCALARS, "key": SCALARS, "@id": SCALARS, "containedIn": OBJECT},
)
_WELL = st.lists(FILE, min_size=1, max_size=3)
FILES = st.one_of(_WELL, _WELL, _WELL, st.lists(FILE | OBJECT, max_size=4))
COMMIT = st.just("0123456789abcdef0123456789abcdef01234567")
# Documents that some reader takes for its own.
DOCUMENTS = st.one_of(
    st.fixed_dictionaries({"distribution": FILES | ANYTHING}),
    st.fixed_dictionaries({"resources": FILES | ANYTHING}),
    st.fixed_dictionaries(
        {
            "id": ANYTHING,
            "links": ANYTHING,
            "metadata": OBJECT,
            "files": FILES,
        }
    ),
    st.fixed_dictionaries(
        {"siblings": FILES, "sha": COMMIT | SCALARS, "id": st.just("o/n") | SCALARS}
    ),
    st.fixed_dictionaries({"data": st.fixed_dictionaries({"attributes": OBJECT})}),
    st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries(
                {"latestVersion": st.fixed_dictionaries({"files": FILES})}
            )
        }
    ),
    st.fixed_dictionaries({"url_public_html": ANYTHING, "files": FILES}),
    ANYTHING,
)


def told(value: Any) -> Iterator[str]:
    """Give all the text in a document."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from told(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told(inner)
    else:
        yield text_of(value).lower()


def draft(document: Any, url: str) -> Draft | None:
    kind = reader_of(document)
    if kind is None:
        return None
    found = kind[1](document, Source(url, "it"))
    return draft_of(found, Wanted(DAY, "minimal"), FACTS)


@settings(max_examples=300)
@given(DOCUMENTS, st.sampled_from(["", "https://zenodo.org/api/records/1"]))
@example({"distribution": {"contentUrl": "//"}}, "https://zenodo.org/x")
@example({"resources": [{"path": "https://\u2100.org/\u2100"}]}, "")
def test_a_draft_has_no_checksum_that_its_document_does_not_state(
    document: Any, url: str
) -> None:
    made = draft(document, url)
    if made is None:
        return
    words = list(told(document))
    for value in checksums(made.manifest):
        assert any(word.endswith(value) for word in words)
    for file in made.manifest["files"]:
        assert not str(file["source"]).startswith("file:")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
def test_what_is_drafted_validates_and_what_is_not_is_told(document: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        try:
            text = json.dumps(document)
        except ValueError:
            return
        path.write_text(text, encoding="utf-8")
        try:
            made = drafted(path, offline=True)
        except LemmError as error:
            assert error.message.isprintable() or "\n" not in error.message
            return
        valid(made, Path(folder))


@given(st.text())
def test_every_name_gives_an_id(text: str) -> None:
    assert 1 <= len(id_of(text)) <= 63


@given(SCALARS | st.text())
def test_a_size_is_exact_or_one_that_can_be_read(value: Any) -> None:
    said = size_of(value)
    assert not (said.size is not None and said.about)
    if said.about:
        assert parse_size(said.about) > 0
    if said.size is not None:
        assert said.size >= 0


def test_a_document_nested_without_end_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    for text in (
        '{"distribution": ' + "[" * 100_000,
        "[" * 2000 + "]" * 2000,
        "9" * 9999,
    ):
        path.write_text(text)
        try:
            drafted(path, offline=True)
        except LemmError as error:
            assert str(path) in error.message
