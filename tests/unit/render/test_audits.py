"""Every format of an audit holds against hostile text and against its own checker."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_python_model import v3_0_1 as spdx

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.model.terms import Claimed, Consent
from lemm_catalog.render.audits.base import Page
from lemm_catalog.render.audits.table import FORMATS

PAGE = Page(width=80, created="2026-11-22T13:00:00Z")
CLAIM = Claimed("CC-BY-4.0", "https://a.example/x(1)|y", "2026-11-22", "on the page")
HOSTILE = '=HYPERLINK("http://e")|@all <script> [x](y) `z` *b*\n| next "q"; +1'


def audited(id_: str = "notes", **keys: Any) -> Audited:
    plain = Audited(
        id=id_,
        part=None,
        expression="CC-BY-4.0 OR LicenseRef-Mine",
        verdict="allowed",
        reasons=("CC-BY-4.0 permits derivatives",),
        duties=("attribution", "share-alike", "notice", "acceptance"),
        claims=(CLAIM, CLAIM._replace(verified=False, expression="NOASSERTION")),
        title="Notes",
        version="1.0",
        homepage="https://a.example/",
        state="active",
        parts={},
        media=("audio/wav", "text/csv", "application/pdf"),
        attribution="Notes by A.",
        accept=Consent("The form.", "https://a.example/form"),
        note="A note.",
        bytes=3,
    )
    return plain._replace(**keys)


ROWS = (
    audited(parts={"a": 1, "b": 2}),
    audited("hostile", title=HOSTILE, note=HOSTILE, attribution=HOSTILE),
    audited("-bare", part="p", verdict="denied", claims=(), duties=(), version=None)
    ._replace(homepage=None, note=None, media=(), state="excluded"),
    audited("unsure", verdict="review", accept=None, attribution=None),
)  # fmt: skip
AUDIT = Audit(policy="commercial", datasets=ROWS)


def shown(form: str, audit: Audit = AUDIT) -> str:
    return FORMATS[form](audit, PAGE)


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_the_same_each_time_and_holds_nothing_at_all(form: str) -> None:
    assert shown(form) == shown(form)
    assert shown(form, AUDIT._replace(datasets=()))


def test_counts_are_of_the_rows_and_only_allowed_passes() -> None:
    told = Counter(row.verdict for row in ROWS)
    assert AUDIT.counts._asdict() == {**told}
    assert not AUDIT.passes
    assert AUDIT._replace(datasets=ROWS[:2]).passes


def test_cyclonedx_is_what_its_own_schema_demands() -> None:
    strict = JsonStrictValidator(SchemaVersion.V1_6)
    for audit in (AUDIT, AUDIT._replace(datasets=())):
        assert strict.validate_str(shown("cyclonedx", audit)) is None
    assert strict.validate_str('{"bomFormat": "CycloneDX"}') is not None
    (first, *_) = json.loads(shown("cyclonedx"))["components"]
    assert first["licenses"][0]["expression"] == "CC-BY-4.0 OR LicenseRef-Mine"


def test_spdx_is_what_its_own_model_reads() -> None:
    found = spdx.SHACLObjectSet()
    document = io.BytesIO(shown("spdx").encode())
    spdx.JSONLDDeserializer().read(document, found)
    assert found.missing_ids == set()
    packages = list(found.foreach_type(spdx.dataset_DatasetPackage))
    assert {package.name for package in packages} == {row.name for row in ROWS}
    kinds = Counter(
        str(one.relationshipType).rpartition("/")[2]
        for one in found.foreach_type(spdx.Relationship)
    )
    assert kinds == {"hasDeclaredLicense": 4, "hasConcludedLicense": 4}
    broken = shown("spdx").replace('"audio"', '"smell"')
    with pytest.raises(Exception, match="smell"):
        spdx.JSONLDDeserializer().read(
            io.BytesIO(broken.encode()), spdx.SHACLObjectSet()
        )


def test_csv_has_a_row_for_each_part_and_no_formula() -> None:
    text = shown("csv")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} == {len(head)}
    named = [(row[1], row[2], row[-1]) for row in rows]
    assert named[:2] == [("notes", "a", "1"), ("notes", "b", "2")]
    assert [row[1] for row in rows][3:] == ["'-bare", "unsure"]
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t"))]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


def test_markdown_takes_no_markup_and_calls_nobody() -> None:
    text = shown("markdown")
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(rows) == len(ROWS)
    assert {row.count(" | ") for row in rows} == {5}
    for forbidden in ("<script>", "[x](y)", "@all", "`z`", "|y"):
        assert forbidden not in text
    assert rows[0].startswith("| **denied**")


def test_text_has_the_gravest_first_and_every_duty_of_what_may_be_used() -> None:
    text = shown("text")
    places = [text.index(f"\n{word}\n") for word in ("DENIED", "REVIEW", "ALLOWED")]
    assert places == sorted(places)
    assert text.splitlines()[0] == "policy commercial: 1 denied, 1 review, 2 allowed"
    for words in ("give credit: Notes by A.", "agree before fetching: The form."):
        assert words in text
    assert "nobody but the manifest" in text
    last = " ".join(text.rpartition("to do: ")[2].split())
    assert last.startswith("leave out -bare/p; have a lawyer look at unsure; pull")


def test_many_names_are_counted_and_not_all_told() -> None:
    many = tuple(audited(f"set-{n}", verdict="denied") for n in range(20))
    text = " ".join(shown("text", Audit("commercial", many)).split())
    assert "set-7 and 12 others; pull" in text
