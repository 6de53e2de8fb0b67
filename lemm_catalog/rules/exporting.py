"""What of a selection other programs can be told, and what must be left out.

A file is told of only with its exact size and a digest that the format knows, so that
whoever fetches it by an export can tell wrong bytes as well as a pull can. A token is
never looked up: the place that asks for one is marked with the name of its variable.
"""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, urlsplit

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.entry import Dossier, Judged
from lemm_catalog.model.export import (
    ByHand,
    Exported,
    ExportedFile,
    Form,
    LeftOut,
    Licensed,
    Place,
)
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.model.terms import Terms
from lemm_catalog.rules.selection import Wanted

# Returns the URL by which others reach a source, or None if they cannot.
Reach = Callable[[str], str | None]
# What may stand in a URL; a percent sign is taken for one that quotes already.
_IN_URL = "%/:?#[]@!$&'()*+,;=~-._"
_WHOLE = "application/octet-stream"
# By the end of a name; a table of our own, since that of a system differs.
_MEDIA = {
    ".tar.gz": "application/gzip",
    ".tgz": "application/gzip",
    ".gz": "application/gzip",
    ".tar": "application/x-tar",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".zst": "application/zstd",
    ".zip": "application/zip",
    ".7z": "application/x-7z-compressed",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/opus",
    ".mid": "audio/midi",
    ".midi": "audio/midi",
    ".mp4": "video/mp4",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".xml": "application/xml",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".pdf": "application/pdf",
    ".parquet": "application/vnd.apache.parquet",
    ".h5": "application/x-hdf5",
    ".npz": "application/zip",
}


def exported_of(
    manifest: Manifest, dossier: Dossier, wanted: Wanted, reach: Reach
) -> tuple[Exported, tuple[LeftOut, ...]]:
    """Return the wanted parts of a dataset, and what nothing pins of them."""
    chosen = [one for one in dossier.licenses if one.part in wanted.parts]
    licenses = {one.license: Licensed(one.license, one.named) for one in chosen}
    index = {one.part: list(licenses).index(one.license) for one in chosen}
    terms = [one for one in dossier.terms if one.part in wanted.parts]
    credits_ = dict.fromkeys(one.attribution for one in terms if one.attribution)
    files: list[ExportedFile] = []
    by_hand: list[ByHand] = []
    left_out: list[LeftOut] = []
    for artifact in dossier.artifacts:
        if artifact.part not in wanted.parts:
            continue
        if all(source.is_manual for source in artifact.sources):
            by_hand += _by_hand(artifact)
        elif not artifact.is_pinned:
            reason = artifact.unresolved or "it is not pinned"
            left_out.append(LeftOut(manifest.id, artifact.path, reason))
        else:
            files.append(_file(artifact, index[artifact.part], reach))
    is_whole = len(wanted.parts) == len(wanted.entry.rungs)
    one = Exported(
        id=manifest.id,
        title=manifest.title,
        summary=manifest.summary,
        homepage=manifest.homepage,
        version=manifest.version,
        keywords=manifest.tasks,
        languages=manifest.languages,
        media=manifest.format.media,
        licenses=tuple(licenses.values()),
        credits=tuple(credits_),
        asks=tuple(dict.fromkeys((*_stated(terms), *_of_licenses(chosen)))),
        citation=manifest.citation,
        parts=() if is_whole else tuple(filter(None, wanted.parts)),
        files=tuple(files),
        by_hand=tuple(by_hand),
    )
    return one, tuple(left_out)


def fitted(one: Exported, form: Form) -> tuple[Exported, tuple[LeftOut, ...]]:
    """Return a dataset with just what a format can say, and what it cannot."""
    files = []
    left_out = []
    for file in one.files:
        kept = _fitted(file, form)
        if reason := _missing(kept, file, form):
            left_out.append(LeftOut(one.id, file.path, reason))
        else:
            files.append(kept)
    return one._replace(files=tuple(files)), tuple(left_out)


def remarks(one: Exported) -> Iterator[str]:
    """Give what whoever uses the export has to do, in words."""
    for terms in one.asks:
        yield f"{one.id} is for those only who agree: {terms}"
    for task in one.by_hand:
        page = f" ({task.url})" if task.url else ""
        words = " ".join(task.words.split())
        yield f"{one.id}/{task.path} comes by hand: {words}{page}"
    for file in one.files:
        if file.neighbor and not file.places:
            where = f"beside its manifest, as {file.neighbor}"
            yield f"{one.id}/{file.path} lies {where}: put it beside the export"
        for place in file.places:
            if place.token_env:
                host = urlsplit(place.url).hostname
                token = f"a token, which {place.token_env} has for a pull"
                yield f"{one.id}/{file.path}: {host} wants {token}"


def _stated(terms: Iterable[Terms]) -> Iterator[str]:
    """Give what manifests ask to be agreed to."""
    for one in terms:
        if one.accept:
            page = f" ({_quoted(one.accept.url)})" if one.accept.url else ""
            yield f"{' '.join(one.accept.terms.split())}{page}"


def _of_licenses(judged: Iterable[Judged]) -> Iterator[str]:
    """Give what licenses ask to be agreed to."""
    for one in judged:
        for named in one.named:
            if "acceptance" in named.duties:
                page = f" ({named.url})" if named.url else ""
                yield f"the terms of {named.id}{page}"


def _file(artifact: Artifact, license_: int, reach: Reach) -> ExportedFile:
    assert artifact.size is not None
    places: dict[str, Place] = {}
    for source in artifact.sources:
        if source.url and not source.is_manual and (url := reach(source.url)):
            places.setdefault(url, Place(_quoted(url), source.token_env))
    neighbors = (one.path for one in artifact.sources if one.path)
    return ExportedFile(
        path=artifact.path,
        size=artifact.size,
        digests=artifact.digests,
        places=tuple(places.values()),
        media=_media_of(artifact.path),
        license=license_,
        neighbor=next(neighbors, None),
        is_unpacked=artifact.unpack is not None,
        unpacked=artifact.unpacked,
        is_rough=artifact.rough,
    )


def _by_hand(artifact: Artifact) -> Iterator[ByHand]:
    for source in artifact.sources:
        url = source.url and _quoted(source.url)
        yield ByHand(artifact.path, source.manual or "", url)


def _fitted(file: ExportedFile, form: Form) -> ExportedFile:
    def is_reached(place: Place) -> bool:
        return form.schemes is None or place.url.partition(":")[0] in form.schemes

    known = {digest.algorithm: digest for digest in file.digests}
    near = file.neighbor
    if near and not (form.neighbors and form.neighbors.fullmatch(near)):
        near = None
    return file._replace(
        digests=tuple(known[name] for name in form.algorithms if name in known),
        places=tuple(filter(is_reached, file.places)),
        neighbor=near,
    )


def _missing(kept: ExportedFile, file: ExportedFile, form: Form) -> str | None:
    """Return why a format cannot say a file, or None if it can."""
    if form.paths and not form.paths.fullmatch(file.path):
        return f"its name cannot stand in {form.name}"
    if not kept.digests:
        known = " and ".join(dict.fromkeys(one.algorithm for one in file.digests))
        return f"only its {known} is known, and {form.name} has none of that"
    if kept.places or kept.neighbor:
        return None
    if file.neighbor and not file.places:
        return "it lies beside its manifest, where no URL leads"
    if not file.places:
        return "none of its sources is a URL that other programs can open"
    schemes = dict.fromkeys(one.url.partition(":")[0] for one in file.places)
    return f"{form.name} takes no URL of {' and '.join(schemes)}"


def _media_of(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    ends = [name[at:] for at, letter in enumerate(name) if letter == "."]
    return next((_MEDIA[end] for end in ends if end in _MEDIA), _WHOLE)


def _quoted(url: str) -> str:
    """Return a URL with nothing in it that may not stand in one."""
    return quote(url, safe=_IN_URL)
