"""An input file for `aria2c -i`: the URLs of a file on a line, its options below.

Whatever begins a line without a space is a URL, and with a space an option; nothing
of a manifest begins a line here, and nothing of it can end one.
"""

from collections.abc import Iterator, Sequence

from lemm_catalog.model.export import Exported, ExportedFile, Form
from lemm_catalog.render.exports.base import (
    HASHES,
    ONE_LINE,
    TOOL,
    Kind,
    by_hand,
    clean,
    tokens,
)

_FORM = Form(
    name="aria2",
    algorithms=HASHES,
    schemes=frozenset({"http", "https", "ftp", "sftp"}),
    paths=ONE_LINE,
)


def _render(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give the lines; each dataset has a folder of its own."""
    yield f"# Written by {TOOL}, for aria2c -i. aria2c unpacks nothing."
    for one in datasets:
        yield f"# {one.id}: {clean(one.title)}"
        for license_ in one.licenses:
            yield f"# license: {clean(license_.expression)}"
        for terms in one.asks:
            yield f"# for those only who agree: {clean(terms)}"
        for task in one.by_hand:
            yield f"# by hand: {by_hand(task)}"
        for file in one.files:
            yield from _lines(one, file)


def _lines(one: Exported, file: ExportedFile) -> Iterator[str]:
    for sentence in tokens(file):
        yield f"# token: {sentence}"
    yield "\t".join(place.url for place in file.places)
    yield f"  out={one.id}/{file.path}"
    strongest = file.digests[0]
    yield f"  checksum={HASHES[strongest.algorithm]}={strongest.value}"


KIND = Kind(form=_FORM, render=_render)
