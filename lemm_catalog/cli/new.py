"""``lemm-catalog new``."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lemm_catalog.api.drafting import Drafted, Terms, draft
from lemm_catalog.cli.console import Console
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import JSON, OUT, SHARED, settings_of
from lemm_catalog.cli.progress import observing
from lemm_catalog.errors import UsageError
from lemm_catalog.load.roots import BUILTIN
from lemm_catalog.model.text import dataset_id
from lemm_catalog.render.data import to_json
from lemm_catalog.settings import Settings

_CODES = {"judge": 0, "doubt": 1, "failed": 3}

TAKES: Takes = (
    Argument(
        name="source",
        metavar="SOURCE",
        help="A URL, hf://datasets/owner/name, a DOI, a Zenodo record, a Croissant "
        "or datapackage document, or a file or folder of this machine.",
        many=False,
        required=True,
    ),
    Option(
        name="id_",
        flags=("--id",),
        kind="text",
        metavar="ID",
        help="The dataset's id; default: made of its name.",
    ),
    Option(
        name="phase",
        flags=("--phase",),
        kind="text",
        metavar="PHASE",
        help="The first phase it is for; default: a guess, never a rung.",
    ),
    Option(
        name="fetch",
        flags=("--fetch",),
        help="Read the files whose size or strong checksum nobody states.",
    ),
    Option(
        name="allow_private",
        flags=("--allow-private",),
        help="Go to private and loopback addresses too, if the source names them.",
    ),
    OUT,
    Option(
        name="force",
        flags=("--force",),
        help="Write over a file that is there.",
    ),
    JSON,
    *SHARED,
)


class _Run(NamedTuple):
    """What this command gets; ``catalogs`` are those named on the command line."""

    settings: Settings
    console: Console
    catalogs: tuple[str, ...]


def begin(console: Console, given: Mapping[str, Any]) -> _Run:
    """Return the run: a catalog of the environment is none to write into."""
    return _Run(settings_of(given), console, given["catalog"])


def run(
    run: _Run,
    *,
    source: str,
    id_: str | None,
    phase: str | None,
    fetch: bool,
    allow_private: bool,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write a manifest from what a source says.

    Sizes and checksums as published; --fetch reads what is missing, and keeps nothing.
    The license is claimed with where it was read, and declared only where it is
    understood. What a person must judge is listed under x-todo. It goes to stdout, to
    --out, or into the datasets/ of a --catalog that is named. What the source names
    at private addresses is not asked.

    Ends with 0 if all that the source said could be used, 1 if something of it was
    left out or doubtful, 3 if a file failed or had other bytes; the manifest is written
    and valid in each case. Where no file can be used there is none: 1.

        lemm-catalog new 10.5281/zenodo.5120004 --catalog mine
        lemm-catalog new https://example.org/notes.tar.gz --fetch --id notes
        lemm-catalog new hf://datasets/owner/name --phase balanced
    """
    folder = _checked(run, id_, out, force=force)
    terms = Terms(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        id=id_ or (out.stem if out and _is_id(out.stem) else None),
        phase=phase,
        fetch=fetch,
        allow_private=allow_private,
        folder=folder,
    )
    with observing(run.console) as observer:
        made = draft(source, terms, run.settings, observer)
    path = out or (folder / f"{made.draft.id}.yaml" if folder else None)
    if path:
        _write(path, made.text, force=force)
    _tell(run, made, path, as_json=as_json)
    return _CODES[made.draft.gravity]


def _tell(run: _Run, made: Drafted, path: Path | None, *, as_json: bool) -> None:
    """Print the manifest, unless it went to a file; what to look at goes to stderr."""
    if as_json:
        run.console.result(_json(made, path))
    elif path is None:
        run.console.result(made.text.removesuffix("\n"))
    for remark in made.draft.remarks:
        run.console.talk(remark.line)
    if path:
        run.console.talk(f"written: {path}")


def _checked(
    run: _Run, id_: str | None, out: Path | None, *, force: bool
) -> Path | None:
    """Return the folder to write into, before anything is asked or read for it."""
    if id_ is not None:
        _check_id(id_)
    folder = _folder(run, out)
    if out and out.is_dir():
        mend = "name a file in it: --out FOLDER/<id>.yaml"
        raise UsageError(f"{out} is a folder", mend=mend)
    known = out or (folder / f"{id_}.yaml" if folder and id_ else None)
    if known and not force and known.exists():
        raise _exists(known)
    return folder


def _folder(run: _Run, out: Path | None) -> Path | None:
    """Return the folder in which the manifest will lie, if it is written at all."""
    if out is not None:
        return out.parent
    named = [name for name in run.catalogs if name != BUILTIN]
    return Path(named[-1]) / "datasets" if named else None


def _write(path: Path, text: str, *, force: bool) -> None:
    from lemm_catalog.store.files import write_atomically

    if path.exists() and not force:
        raise _exists(path)
    write_atomically(path, text)


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} is there already", mend="--force writes over it")


def _is_id(text: str) -> bool:
    try:
        dataset_id(text)
    except ValueError:
        return False
    return True


def _check_id(text: str) -> None:
    if not _is_id(text):
        message = f"--id {text!a} is no id: lower-case letters, digits and hyphens"
        raise UsageError(message, mend="at most 63 of them, such as example-notes")


def _json(made: Drafted, path: Path | None) -> str:
    content = {
        "id": made.draft.id,
        "path": None if path is None else path.as_posix(),
        "manifest": made.draft.manifest,
        "remarks": [one._asdict() for one in made.draft.remarks],
        "warnings": [asdict(one) for one in made.warnings],
    }
    return to_json("new", content)
