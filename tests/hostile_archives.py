"""A corpus of archives that must be refused: hostile, lying or damaged.

`HOSTILE` maps a label to what builds one; each is refused with nothing outside the
staged folder, whoever runs it. `HARMLESS` look hostile and must unpack, tamed: each
is one file `a` with the content `data`.
"""

from collections.abc import Mapping

from lemm_catalog.archives.zip import ZIP
from tests import (
    harmless_archives,
    hostile_compression,
    hostile_tars,
    hostile_zip_fields,
    hostile_zips,
)
from tests.archive_builders import ZipMember, zip_of
from tests.hostile_tars import Case

MOST_BYTES = 1 << 20
MOST_MEMBERS = 1000

# Names that no member of any archive may have, on any system.
NAMES: Mapping[str, bytes] = {
    "climbs": b"../escaped",
    "climbs within": b"a/../../escaped",
    "climbs and comes back": b"a/../good.txt",
    "climbs after a dot": b"./../escaped",
    "ends by climbing": b"a/..",
    "absolute": b"/tmp/lemm-escaped",
    "absolute twice": b"//tmp/lemm-escaped",
    "backslashes": b"..\\escaped",
    "backslash inside": b"a\\b",
    "drive": b"C:/escaped",
    "drive and relative": b"c:escaped",
    "dot inside": b"a/./b",
    "only dot": b".",
    "newline": b"a\nb",
    "carriage return": b"a\rb",
    "escape sequence": b"\x1b[2Jcleared",
    "delete": b"a\x7f",
    "c1 control": "a\x9b31m".encode(),
    "direction": "gpj.\u202eexe".encode(),
    "direction isolate": "a\u2066b".encode(),
    "line separator": "a\u2028b".encode(),
    "arabic mark": "a\u061cb".encode(),
    "latin-1": b"caf\xe9",
    "surrogate": b"\xed\xa0\x80",
    "overlong slash": b"..\xc0\xafescaped",
    "too long a part": b"x" * 256,
    "too long": b"/".join([b"x" * 250] * 5),
    "too deep": b"/".join([b"d"] * 65),
}


def _in_zip(name: bytes) -> Case:
    return ZIP, lambda: zip_of(ZipMember(name=name, data=b"evil"))


def _names() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for label, name in NAMES.items():
        for way, case in hostile_tars.named(name).items():
            cases[f"{way} name: {label}"] = case
        cases[f"zip name: {label}"] = _in_zip(name)
    return cases


HOSTILE: dict[str, Case] = {
    **_names(),
    **hostile_tars.LINKS,
    **hostile_tars.CLASHES,
    **hostile_tars.DAMAGED,
    **hostile_compression.DAMAGED,
    **hostile_compression.BOMBS,
    **hostile_zips.LINKS,
    **hostile_zips.CLASHES,
    **hostile_zips.BOMBS,
    **hostile_zip_fields.LIES,
}
HARMLESS: dict[str, Case] = {**harmless_archives.TARS, **harmless_archives.ZIPS}
