"""What no schema can say of a manifest, rule by rule."""

from typing import Any

import pytest

from lemm_catalog.rules.consistency import findings
from tests.builders import (
    OTHER_SHA,
    SHA,
    a_catalog,
    a_claim,
    a_file,
    a_lock,
    a_manifest,
)

WEAK = {"md5": SHA[:32]}
PLAIN = "http://example.org/x"
SET = {"path": "data/", "source": "s3://bucket/data/"}


def told(lock: dict[str, Any] | None = None, **keys: Any) -> list[tuple[str, str]]:
    manifest = a_manifest(**keys)
    locks = {"notes": a_lock(lock)} if lock else {}
    found = findings(manifest, a_catalog(manifest, locks=locks))
    return [(finding.code, finding.message) for finding in found]


def codes(**keys: Any) -> list[str]:
    return [code for code, _ in told(**keys)]


def test_a_good_manifest_has_no_finding() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("license_text", "code"),
    [
        ("CC0-1.0 AND CC0-1.0", None),
        ("cc0-1.0", None),
        ("Creative Commons Zero", "bad-expression"),
        ("()", "bad-expression"),
        ("(((", "bad-expression"),
        ("CC0-1.0+", None),
        ("NOASSERTION", None),
        ("NONE", None),
        ("NONE AND CC0-1.0", "bad-expression"),
        ("CC0-1.0 WITH Something-exception", "unknown-exception"),
        ("CC-BY-9.9", "unknown-license"),
        ("CC-BY-4.0", "attribution-missing"),
    ],
)
def test_a_license_is_an_expression_of_known_ids(
    license_text: str, code: str | None
) -> None:
    found = [one for one in codes(license=license_text) if one != "no-claim"]
    assert found == ([code] if code else [])


NC = a_claim("CC-BY-NC-4.0", url="https://nc.example/")


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        (
            {"expression": "CC0-1.0"},
            ("no-claim", "nobody is named who says that it is under CC0-1.0"),
        ),
        (
            {"expression": "CC0-1.0", "claims": [NC]},
            (
                "looser-than-claim",
                "CC0-1.0 permits commercial use, derivatives, redistribution, model "
                "training; https://nc.example/ says CC-BY-NC-4.0, which does not",
            ),
        ),
        ({"expression": "CC0-1.0", "claims": [NC], "note": "Since 2025."}, None),
        (
            {"expression": "CC-BY-NC-4.0", "claims": [a_claim("CC0-1.0")]},
            None,
        ),
        (
            {"expression": "CC0-1.0", "claims": [a_claim("CC0-1.0", verified=False)]},
            (
                "claim-unverified",
                "nobody has verified what https://example.org/license says",
            ),
        ),
        (
            {
                "expression": "LicenseRef-Unclear",
                "claims": [a_claim("LicenseRef-Elsewhere")],
            },
            (
                "claim-unknown-license",
                "no file in licenses/ knows LicenseRef-Elsewhere, which is claimed",
            ),
        ),
        (
            {"expression": "LicenseRef-Unclear", "claims": [a_claim("free as in")]},
            ("claim-unclear", "'free as in' is not an SPDX license expression"),
        ),
    ],
)
def test_a_claim_bears_a_license_out(
    license_: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    assert told(license=license_) == ([expected] if expected else [])


def test_a_part_with_a_license_of_its_own_wants_a_claim_of_its_own() -> None:
    files = [a_file(part="audio")]
    both = {"license": {"expression": "CC0-1.0", "claims": [a_claim("CC0-1.0")]}}
    parts = {"audio": {"license": "CC0-1.0"}}
    assert codes(files=files, parts=parts, **both) == ["no-claim"]
    about = a_claim("CC0-1.0", part="audio")
    both["license"]["claims"] = [a_claim("CC0-1.0"), about]
    assert codes(files=files, parts=parts, **both) == []


def test_what_travels_with_the_catalog_is_its_own_to_license() -> None:
    assert codes(license="CC0-1.0", files=[a_file(source="notes.tar.gz")]) == []


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("a", "a", "'a' is listed twice"),
        ("a", "A", "'A' and 'a' are one file on some systems"),
        ("\xe9", "e\u0301", r"'e\u0301' and '\xe9' are one file on some systems"),
        ("a", "a/b/c", "'a/b/c' and 'a' cannot both be there: a file is no folder"),
        ("a/b/c", "A/b", "'A/b' and 'a/b/c' cannot both be there: a file is no folder"),
        ("a/b", "a/c", None),
    ],
)
def test_no_two_files_are_in_each_others_way(
    one: str, other: str, message: str | None
) -> None:
    elsewhere = a_file(path=other, source="https://example.org/other")
    found = told(files=[a_file(path=one), elsewhere])
    assert found == ([("path-collision", message)] if message else [])


def test_a_file_may_lie_in_the_folder_of_a_set() -> None:
    pins = {"data/": [{"path": "data/a", "size": 1, "checksums": {"sha256": SHA}}]}
    assert told(pins, files=[SET, a_file(path="data/b")]) == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (a_file(source=PLAIN), []),
        (a_file(source=PLAIN, checksums=WEAK), ["insecure-source"]),
        (a_file(checksums=WEAK), ["weak-checksum"]),
        (a_file(checksums=None), ["unpinned-source"]),
        (a_file(size=None), ["unpinned-source"]),
        (a_file(size={"about": "1 GB"}), ["unpinned-source"]),
        (
            a_file(source="hf://datasets/a/b@main/x", checksums=WEAK),
            ["unpinned-source"],
        ),
        (a_file(source={"manual": "Ask."}, checksums=None), ["manual-without-digest"]),
        (a_file(source="https://10.0.0.1/x"), ["private-host"]),
        (a_file(source="https://db.internal/x"), ["private-host"]),
        (a_file(unpack={}), ["unpacked-size-missing"]),
        (SET, ["unpinned-source"]),
    ],
)
def test_bytes_are_guarded_and_one_mend_is_enough(
    file: dict[str, Any], expected: list[str]
) -> None:
    assert codes(files=[file]) == expected


def test_a_private_host_is_told_once_where_it_is_named_first() -> None:
    near = ["https://db.internal/x", "https://db.internal/y", "https://10.0.0.1/x"]
    files = [
        a_file(path=name, source=["https://example.org/x", *near]) for name in "ab"
    ]
    manifest = a_manifest(files=files)
    found = [
        (one.key, one.message.split()[0])
        for one in findings(manifest, a_catalog(manifest))
        if one.code == "private-host"
    ]
    assert found == [
        (("files", 0, "source", 1), "db.internal"),
        (("files", 0, "source", 3), "10.0.0.1"),
    ]


def test_a_lock_guards_only_with_a_strong_digest() -> None:
    file = a_file(source=PLAIN, checksums=WEAK)
    pin = {"path": "notes.tar.gz", "size": 1000, "checksums": {"sha256": SHA}}
    assert told({"notes.tar.gz": [pin]}, files=[file]) == []
    weak = pin | {"checksums": WEAK}
    assert [c for c, _ in told({"notes.tar.gz": [weak]}, files=[file])] == [
        "insecure-source"
    ]


@pytest.mark.parametrize("change", [{"size": 7}, {"checksums": {"sha256": OTHER_SHA}}])
def test_a_lock_and_its_manifest_pin_the_same_bytes(change: dict[str, Any]) -> None:
    pin = {"path": "notes.tar.gz", "size": 1000, "checksums": {"sha256": SHA}} | change
    assert told({"notes.tar.gz": [pin]}) == [
        ("lock-differs", "the manifest and its lock pin different bytes")
    ]


def test_parts_and_phases_exist_and_are_used() -> None:
    claim = {"expression": "CC0-1.0", "url": "https://a.example/", "seen": "2026-11-22"}
    found = told(
        phase="minimum",
        parts={"midi": {"phase": "none"}},
        files=[a_file(part="audio")],
        license={"expression": "CC0-1.0", "claims": [claim | {"part": "text"}]},
    )
    assert found == [
        ("unknown-phase", "'minimum' is no phase of this catalog"),
        ("unknown-phase", "'none' is no phase of this catalog"),
        ("unknown-part", "'audio' is not declared under parts"),
        ("unknown-part", "'text' is not declared under parts"),
        ("unused-part", "no file belongs to the part 'midi'"),
    ]
