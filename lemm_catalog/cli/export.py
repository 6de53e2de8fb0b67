"""``lemm-catalog export``."""

from collections.abc import Iterator
from pathlib import Path

from lemm_catalog.api.exporting import Export, export
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.console import safe
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import EXCLUDE, JSON, SHARED, WORDS
from lemm_catalog.errors import UsageError
from lemm_catalog.model.export import Document
from lemm_catalog.render.data import to_json
from lemm_catalog.render.exports.base import Kind
from lemm_catalog.render.exports.table import FORMATS, TABLE
from lemm_catalog.rules.exporting import remarks

TAKES: Takes = (
    Argument(
        name="form",
        metavar="FORMAT",
        help=f"One of {', '.join(FORMATS)}.",
        many=False,
        required=True,
    ),
    WORDS,
    EXCLUDE,
    Option(
        name="tsv",
        flags=("--tsv",),
        help="With urls: a table with size, digest and mirrors.",
    ),
    Option(
        name="out",
        flags=("--out",),
        kind="path",
        metavar="FILE|DIR",
        help="Write to this file; for a document per dataset, to this folder.",
    ),
    JSON,
    *SHARED,
)


def run(
    run: Run,
    *,
    form: str,
    selection: tuple[str, ...],
    tsv: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Write a selection in a format of other programs, with sizes and digests.

    croissant and datapackage are a document per dataset: --out names a folder, in
    which each has its own, or a .json file for a single dataset. aria2 is for
    aria2c -i, metalink for anything that reads RFC 5854, urls has a URL on each line.
    What is not pinned, or a format cannot say, is left out and named; then it fails
    with 1. Tokens are never written.

        lemm-catalog export croissant nsynth --out nsynth.json
        lemm-catalog export datapackage balanced --out packages
        lemm-catalog export aria2 minimal --out minimal.txt
    """
    kind = _kind(form, tsv=tsv)
    found = export(run.catalog(), selection, run.settings, kind.form)
    documents = list(_documents(kind, found))
    if as_json:
        content = {"format": form, "selection": selection, "documents": documents}
        both = content | {"left_out": found.left_out, "remarks": _remarks(found)}
        run.write([to_json("export", both)], out)
    elif kind.own_file and (out is None or out.suffix.startswith(".json")):
        _write_one(run, documents, form, out)
    elif kind.own_file and out is not None:
        for one in documents:
            run.write([one.text], out / one.name)
    else:
        if out is None:
            _check_shown(documents)
        run.write([one.text for one in documents if one.text], out)
    if not (found.datasets or found.left_out):
        run.console.talk(run.nothing(pulled=False))
    for remark in _remarks(found):
        run.console.talk(remark)
    for lost in found.left_out:
        run.console.failure(f"{lost.name} is left out: {lost.reason}")
    return 1 if found.left_out else 0


def _kind(form: str, *, tsv: bool) -> Kind:
    if form not in FORMATS:
        raise UsageError(
            f"there is no format {form!r}", mend=f"known: {', '.join(FORMATS)}"
        )
    if tsv and form != "urls":
        raise UsageError(f"--tsv goes with urls, and not with {form}")
    return TABLE if tsv else FORMATS[form]


def _documents(kind: Kind, found: Export) -> Iterator[Document]:
    if kind.own_file is None:
        yield Document("", "\n".join(kind.render(found.datasets)))
        return
    for one in found.datasets:
        text = "\n".join(kind.render([one]))
        yield Document(f"{one.id}/{kind.own_file}", text)


def _write_one(
    run: Run, documents: list[Document], form: str, out: Path | None
) -> None:
    """Write the document of a dataset where there is room for one.

    Raises:
        UsageError: if there are several.

    """
    if len(documents) > 1:
        message = f"{form} is a document per dataset, and these are {len(documents)}"
        raise UsageError(message, mend="name one dataset, or a folder with --out DIR")
    if documents:
        run.write([documents[0].text], out)


def _check_shown(documents: list[Document]) -> None:
    """See that stdout, which escapes odd letters, would leave every name as it is.

    Raises:
        UsageError: if it would not.

    """
    if any(safe(one.text) != one.text for one in documents):
        message = "a name in it has letters that stdout shows escaped"
        raise UsageError(message, mend="write it to a file with --out FILE")


def _remarks(found: Export) -> list[str]:
    return [remark for one in found.datasets for remark in remarks(one)]
