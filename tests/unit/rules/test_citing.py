"""BibTeX: read strictly, written once, and understood by another reader."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, parse_string

from lemm_catalog.load.catalog import load
from lemm_catalog.model.citation import BibEntry
from lemm_catalog.rules.citing import (
    citations_are_well_formed,
    cited,
    entries_of,
    entry_of_dataset,
)
from tests.builders import a_catalog, a_manifest

GOOD = [
    "@misc{a}",
    "@misc{a,}",
    "@misc{a, title = {T}}",
    "@misc{a, title = {T},}",
    '@Article { DBLP:conf/x-1 , title = "A {B} {\\"o} C" , year = 2020 }',
    '@misc{a, title = {An {Odd "quote} here}, month = jan}',
    '@misc{a, date = jan # " 2020", note = {x} # {y}}',
    "% two of them\n@misc{a, title={T}}\n\n  @misc{b, title={U}}\n% the end",
    '@misc{a, title = {{\\"o} \\{ kept \\}}}',
    "@misc{a, title = {T\\}}",
    "@misc{a,\n  author = {Ann\n    and Bob},\n}\n",
]
BAD = [
    ("", "has no entry"),
    ("% just a comment", "has no entry"),
    ("Hawthorne et al. (2019)", "'Hawthorne et al. (20' is no entry"),
    ("@misc{a, title={T}} and more", "'and more' is no entry"),
    ("@misc(a, title={T})", "'@misc(a, title={T})' is no entry"),
    ("@{a, title={T}}", "is no entry"),
    ("@misc{, title={T}}", "@misc has no key before ', title={T}}'"),
    ("@misc{a b, title={T}}", "a has 'b, title={T}}' where a comma or a brace is due"),
    ("@misc{é, title={T}}", "has no key"),
    ("@misc{a, title={T}", "a ends where a comma or a brace is due"),
    ("@misc{a, title={T", "title of a is not closed again"),
    ("@misc{a, title={T}}}", "'}' is no entry"),
    ('@misc{a, title="T}', "title of a is not closed again"),
    ('@misc{a, title="T}"}', "title of a is not closed again"),
    ("@misc{a, title=Two words}", "title of a is neither in braces nor in quotes"),
    ("@misc{a, title=}", "title of a is neither in braces nor in quotes"),
    ("@misc{a title={T}}", "a has 'title={T}}' where a comma or a brace is due"),
    ("@misc{a, title={T} year={2}}", "a has 'year={2}}' where a comma or a brace"),
    ("@misc{a,, title={T}}", "a has ', title={T}}' where a field is due"),
    ("@misc{a, title={T}, Title={U}}", "a has the field title twice"),
    ("@misc{a, note={x} # }", "note of a is neither in braces nor in quotes"),
    ("@misc{a}@misc{A}", "has two entries with the key A"),
    ("@string{x = {y}}", "@string is for whole files"),
    ('@preamble{"\\write18{ls}"}', "@preamble is for whole files"),
    ("@comment{a}", "@comment is for whole files"),
    ("% see a@b.example\n@misc{a}", "is no entry"),
]


def parsed(text: str) -> BibliographyData:
    """Return what another reader makes of BibTeX; it raises where it cannot."""
    return parse_string(text, "bibtex")


def written(*entries: tuple[str, BibEntry]) -> str:
    return "\n\n".join(one.bibtex for one in cited(entries))


def entry(text: str) -> BibEntry:
    (only,) = entries_of(text)
    return only


@pytest.mark.parametrize("text", GOOD)
def test_what_is_well_formed_is_read_as_others_read_it(text: str) -> None:
    ours = entries_of(text)
    theirs = parsed(written(*(("x", one) for one in ours))).entries
    assert [one.key for one in ours] == list(theirs)
    assert parsed(text).entries.keys() == theirs.keys()


@pytest.mark.parametrize(("text", "words"), BAD)
def test_what_is_not_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        entries_of(text)
    assert words in str(caught.value)


def test_the_rule_names_the_key_and_the_reason() -> None:
    manifest = a_manifest(citation="See our paper.")
    (finding,) = citations_are_well_formed(manifest, a_catalog(manifest))
    assert (finding.key, finding.code) == (("citation",), "bad-citation")
    assert finding.message == (
        "is no well-formed BibTeX: 'See our paper.' is no entry such as @misc{key, …}"
    )
    assert not [*citations_are_well_formed(a_manifest(), a_catalog())]


def test_datasets_that_share_a_paper_share_its_entry() -> None:
    one = entry("@article{x, title = {A  Paper}, year = 2020}")
    same = entry('@Article{y,\n  year = "2020",\n  Title = {A\n   Paper}\n}')
    (only,) = cited([("first", one), ("second", same), ("first", one)])
    assert (only.key, only.datasets) == ("x", ("first", "second"))


def test_the_same_doi_is_the_same_work() -> None:
    one = entry("@article{x, title = {A}, doi = {10.1/AB}}")
    same = entry("@misc{y, title = {a}, doi = {https://doi.org/10.1/ab}}")
    other = entry("@misc{z, title = {a}, doi = {10.1/abc}}")
    found = cited([("a", one), ("b", same), ("c", other)])
    assert [c.datasets for c in found] == [("a", "b"), ("c",)]


def test_keys_that_collide_are_renamed_by_their_dataset() -> None:
    entries = [
        ("a", entry("@misc{key, title = {One}}")),
        ("b", entry("@misc{KEY, title = {Two}}")),
        ("c", entry("@misc{key-b, title = {Three}}")),
        ("d", entry("@misc{KEY-b-2, title = {Four}}")),
    ]
    keys = [one.key for one in cited(entries)]
    assert keys == ["key", "KEY-b-3", "key-b", "KEY-b-2"]
    assert [one.key for one in cited(entries)] == keys
    assert list(parsed(written(*entries)).entries) == keys


def test_a_dataset_without_a_citation_gets_an_entry_of_its_own() -> None:
    facts = {"version": "2.1", "url": "https://x.example/a_{b}%20", "urldate": None}
    made = entry_of_dataset("my-set", "100% {Odd} & \\Title_ #1 ~^ $", facts)
    text = written(("my-set", made))
    read = parsed(text).entries["my-set"]
    assert read.type == "misc"
    assert read.fields["title"] == (
        r"{100\% \textbraceleft{}Odd\textbraceright{} \& \textbackslash{}Title\_ \#1"
        r" \textasciitilde{}\textasciicircum{} \$}"
    )
    assert read.fields["url"] == "https://x.example/a_%7Bb%7D%20"
    assert set(read.fields) == {"title", "version", "url"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_title_holds_the_entry_is_well_formed(title: str, note: str) -> None:
    made = entry_of_dataset("x", title, {"note": note, "url": note})
    (again,) = entries_of(written(("x", made)))
    assert again.key == "x"
    assert parsed(written(("x", made))).entries.keys() == {"x"}


pieces = st.text(alphabet='@{}",=#%\\ \nab1-', max_size=40)


@given(pieces | pieces.map(lambda text: f"@misc{{a, t = {text}}}"))
def test_what_we_take_others_take_too(text: str) -> None:
    try:
        found = entries_of(text)
    except ValueError:
        return
    keys = [one.key for one in found]
    assert list(parsed(written(*(("x", one) for one in found))).entries) == keys


@pytest.mark.parametrize("text", ["{" * 20_000, "%\n" * 10_000, " " * 20_000])
def test_a_long_text_is_read_in_one_go(text: str) -> None:
    """The longest a manifest may hold; quadratic reading would take minutes."""
    for hostile in (text, f"@misc{{a, t = {{{text}", f"@misc{{a, t = {text}"):
        before = time.process_time()
        with pytest.raises(ValueError, match=r"."):
            entries_of(hostile)
        assert time.process_time() - before < 1.0


def test_the_citations_of_the_builtin_catalog_are_well_formed() -> None:
    cited_ones = [m for m in load().catalog.manifests.values() if m.citation]
    assert cited_ones
    for manifest in cited_ones:
        ours = [one.key for one in entries_of(manifest.citation or "")]
        assert list(parsed(manifest.citation or "").entries) == ours
