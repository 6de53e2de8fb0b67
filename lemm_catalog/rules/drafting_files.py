"""From files that were found to files of a manifest, or to why one is left out.

No checksum is taken that is not of just this file, and none that cannot be right. What
`validate` would refuse is left out, and said.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from lemm_catalog.digest import Digest
from lemm_catalog.model.draft import FoundFile, Gravity, Remark
from lemm_catalog.model.hub import HubPlace
from lemm_catalog.model.source import is_pinned_revision, remote_url
from lemm_catalog.model.text import relative_path
from lemm_catalog.rules.suspecting import DEVICE

_EMPTY = frozenset(
    {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    }
)
_UNPORTABLE = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e]')
_SECRET = re.compile(r"(?<=//)[^/]*@")
# What can be unpacked by its name.
_READ = re.compile(r"\.(zip|tar(\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)$", re.I)
_AT_COMMIT = re.compile(
    r"https://huggingface\.co/(?:(datasets|spaces)/)?([\w.-]+/[\w.-]+)/resolve/"
    r"([0-9a-f]{40})/([^?#]+)",
    re.A,
)
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/])")
_BY_HAND = (
    "Put this file here. It was described from a copy on one machine; where others"
    " get it is not known yet."
)


def files_of(found: Sequence[FoundFile]) -> tuple[list[dict[str, Any]], list[Remark]]:
    """Return the files as a manifest has them, and what is to be said of them."""
    remarks: list[Remark] = []
    shared = _shared_wrongly(found)
    taken: dict[str, str] = {}
    files = []
    for file in found:
        digests, wrong = _believed(file, shared)
        where = f"files ({file.name})"
        remarks += [Remark(where, text) for text in wrong]
        data, said = _file(file._replace(digests=digests))
        remarks += [Remark(where, text, gravity) for text, gravity in said]
        if data is None:
            continue
        path = _free(_portable(data["path"]), taken)
        if path is None:
            text = "left out: its name cannot be one, or is that of another's folder"
            remarks.append(Remark(where, text))
            continue
        if path != file.name:
            remarks.append(Remark(where, f"is called {path} here", "judge"))
        files.append(data | {"path": path})
    return files, remarks


def _file(
    file: FoundFile,
) -> tuple[dict[str, Any] | None, list[tuple[str, Gravity]]]:
    """Return a file, or None if it cannot be one of a manifest; and why so."""
    source, why_not = _source(file)
    if why_not:
        return None, [(f"left out: {why_not}", "doubt")]
    mirrors, refused = _mirrors(file, source) if not file.local else ([], [])
    said: list[tuple[str, Gravity]] = [(text, "doubt") for text in refused]
    data: dict[str, Any] = {"path": file.name}
    if file.size is not None and file.digests:
        data["size"] = file.size
    elif file.size is not None and file.size > 0:
        # Without a checksum nothing pins the bytes, however exact the size is.
        data["size"] = {"about": f"{file.size} B"}
        text = "no checksum is published; pull refuses it: lock, or --fetch"
        said.append((text, "doubt"))
    elif file.about:
        data["size"] = {"about": file.about}
        text = f"only a rough size is known ({file.about}); pull refuses it: --fetch"
        said.append((text, "doubt"))
    else:
        text = "left out: neither its exact size nor a rough one is known: --fetch"
        return None, [(text, "doubt")]
    if file.digests:
        data["checksums"] = {one.algorithm: one.value for one in file.digests}
    if file.local and not file.beside:
        text = "is brought by hand until a source is named here"
        said.append((text, "judge"))
    data["source"] = [source, *mirrors] if mirrors else source
    if (inside := _inside(file)) is not None and _READ.search(file.name):
        data["unpack"] = {"size": {"unpacked": inside}}
    return data, said


def _inside(file: FoundFile) -> Any:
    """Return the size of what is in an archive; None if nobody says it."""
    if file.opened is not None:
        return file.opened
    return {"about": file.opened_about} if file.opened_about else None


def _source(file: FoundFile) -> tuple[Any, str]:
    """Return the source of a file, and why a manifest may not name it, if so."""
    if file.local:
        return (file.beside or {"manual": _BY_HAND}), ""
    return _of_hub(file.url), _refused(file.url, file.digests)


def _mirrors(file: FoundFile, first: str) -> tuple[list[str], list[str]]:
    """Return the other sources of a file, and what is to be said of those left out."""
    kept: list[str] = []
    said: list[str] = []
    for url in map(_of_hub, file.mirrors):
        if why_not := _refused(url, file.digests):
            said.append(f"a mirror is left out: {why_not}")
        elif url != first:
            kept.append(url)
    return list(dict.fromkeys(kept)), said


def _refused(url: str, digests: tuple[Digest, ...]) -> str:
    """Return why a manifest may not name an address; nothing if it may."""
    is_strong = any(one.is_strong for one in digests)
    try:
        remote_url(url)
    except ValueError as error:
        return f"its address {_shown(url)!a} {error}"
    scheme = url.partition(":")[0]
    if scheme in {"http", "ftp"} and not is_strong:
        why = "can be altered on its way, and no strong checksum is known: --fetch"
        return f"{scheme} {why}"
    if scheme == "hf" and not is_strong and not is_pinned_revision(url):
        return "its revision can move, and no strong checksum is known"
    return ""


def _of_hub(url: str) -> str:
    """Return the Hub's own address of a file at a commit, others as they are."""
    match = _AT_COMMIT.fullmatch(url)
    if match is None:
        return url
    kind, repo, commit, path = match.groups()
    return HubPlace(kind or "models", repo, commit, unquote(path)).url


def _shown(url: str) -> str:
    """Return an address without what may be a secret, whatever else is wrong in it."""
    return _SECRET.sub("", url.partition("?")[0])[:200]


def _shared_wrongly(files: Iterable[FoundFile]) -> set[Digest]:
    """Return the checksums that files of different sizes share: all may be copies."""
    sizes: dict[Digest, set[int]] = {}
    for file in files:
        for digest in file.digests:
            known = sizes.setdefault(digest, set())
            if file.size is not None:
                known.add(file.size)
    return {digest for digest, known in sizes.items() if len(known) > 1}


def _believed(
    file: FoundFile, shared: set[Digest]
) -> tuple[tuple[Digest, ...], list[str]]:
    """Return the checksums that can be right, and what is wrong with the others."""
    kept: dict[str, Digest] = {}
    wrong = []
    for one in file.digests:
        if one in shared:
            wrong.append(f"its {one.algorithm} is that of a file of another size too")
        elif one.value in _EMPTY and file.size != 0:
            wrong.append(f"its {one.algorithm} is that of an empty file")
        elif one.algorithm in kept:
            wrong.append(f"it has two checksums of the kind {one.algorithm}")
            kept.pop(one.algorithm)
        else:
            kept[one.algorithm] = one
    ordered = sorted(kept.values(), key=lambda one: (not one.is_strong, one.algorithm))
    return tuple(ordered), wrong


def _portable(name: str) -> str:
    """Return a name as a path that every system can hold."""
    name = _DRIVE.sub("", name).replace("\\", "/")
    parts = []
    for part in name.split("/"):
        plain = _UNPORTABLE.sub("_", part).strip().rstrip(". ")
        if DEVICE.fullmatch(plain):
            plain = f"_{plain}"
        if plain:
            parts.append(plain if len(plain.encode()) <= 200 else plain[:60])
    return "/".join(parts[-20:])


def _free(path: str, taken: dict[str, str]) -> str | None:
    """Return a path that no other file has, nor needs as a folder; None if none is."""
    stem, dot, suffix = path.partition(".")
    for count in range(1, 1000):
        name = path if count == 1 else f"{stem}-{count}{dot}{suffix}"
        try:
            relative_path(name)
        except ValueError:
            return None
        folded = unicodedata.normalize("NFC", name).casefold()
        words = folded.split("/")
        above = {"/".join(words[:end]) for end in range(1, len(words))}
        if any(taken.get(folder) == "file" for folder in above):
            return None
        if folded in taken:
            continue
        taken[folded] = "file"
        taken.update(dict.fromkeys(above, "folder"))
        return name
    return None
