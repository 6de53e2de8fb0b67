"""Rules for what is well-formed and yet is hardly meant: slips of a copying hand."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import File, Manifest
from lemm_catalog.rules.finding import Finding, Key

# The digests of no bytes at all: what one gets of a download that failed.
_OF_NOTHING = frozenset(
    {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
        "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "d41d8cd98f00b204e9800998ecf8427e",
    }
)
_NEWEST = frozenset({"latest", "current", "nightly"})
# A branch, where hosts of code put a revision.
_BRANCH = re.compile(
    r"/(?:resolve|raw|archive|blob|media)/(?:refs/heads/[^/]+|main|master|HEAD|trunk"
    r"|develop|dev)(?=[/.]|$)|/refs/heads/"
)
DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])"
    r"(?:\..*)?",
    re.IGNORECASE,
)


def digests_are_of_something(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the checksums of nothing, of files that are something."""
    for index, file in enumerate(manifest.files):
        for name, value in file.checksums.items():
            is_of_nothing = value in _OF_NOTHING
            if is_of_nothing != (file.size == 0):
                what = "of no bytes at all" if is_of_nothing else "not of an empty file"
                yield Finding(
                    key=("files", index, "checksums", name),
                    code="empty-digest",
                    message=f"this is the {name} {what}, and the size is {_size(file)}",
                    hint="fetch the file anew, and take size and checksum of that",
                )


def urls_stay(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the URLs that will lead to other bytes by design."""
    for index, file in enumerate(manifest.files):
        for number, source in enumerate(file.source):
            if not source.url or source.is_manual:
                continue
            key: Key = ("files", index, "source", number)
            path = urlsplit(source.url).path
            words = _NEWEST.intersection(path.lower().split("/"))
            if words:
                yield _warning(
                    key,
                    "moving-url",
                    f"{min(words)!r} in it names whatever is newest",
                    "name the URL of one release",
                )
            elif _BRANCH.search(path):
                yield _warning(
                    key,
                    "mutable-revision",
                    "it names a branch, which moves with the next commit",
                    "name the full commit, or a file of a release",
                )


def urls_differ(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the URLs that stand twice in a manifest."""
    seen: dict[str, str] = {}
    for index, file in enumerate(manifest.files):
        for number, source in enumerate(file.source):
            if not source.url or source.is_manual:
                continue
            other = seen.setdefault(source.url, file.path)
            is_repeated = other != file.path or any(
                source.url == before.url for before in file.source[:number]
            )
            if is_repeated:
                where = "twice here" if other == file.path else f"for {other!a} as well"
                yield _warning(
                    ("files", index, "source", number),
                    "repeated-url",
                    f"the same URL stands {where}",
                    "name each file's own URL once",
                )


def sizes_agree(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the sizes that contradict each other, as far as they are exact.

    Archives may bring the same file twice, so a whole may be less than its parts.
    """
    whole = manifest.size.unpacked
    parts = [_after_unpacking(file) for file in manifest.files]
    known = [part for part in parts if part is not None]
    if isinstance(whole, int) and known:
        total = sum(known)
        is_more = len(known) == len(parts) and whole > total
        if is_more or whole < max(known):
            found = f"its files come to {total:,}" if is_more else "one file is larger"
            yield _warning(
                ("size", "unpacked"),
                "size-disagrees",
                f"{whole:,} bytes are said to be the whole, and {found}",
                "count once more, or leave out what is only guessed",
            )
    lock = catalog.locks.get(manifest.id)
    for index, file in enumerate(manifest.files):
        pins = lock.files.get(file.path, ()) if lock else ()
        if file.size is None or isinstance(file.size, int) or len(pins) != 1:
            continue
        rough, exact = file.size.bytes, pins[0].size
        if not exact / 2 <= rough <= exact * 2:
            yield _warning(
                ("files", index, "size"),
                "size-disagrees",
                f"about {file.size.about} is said, and {exact:,} bytes are locked",
                "take size: {about: ...} away, or lock it anew",
            )


def names_hold_everywhere(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give the paths that Windows keeps for its devices."""
    named: list[tuple[Key, str]] = []
    for index, file in enumerate(manifest.files):
        named.append((("files", index, "path"), file.path))
        if file.unpack and file.unpack.into:
            named.append((("files", index, "unpack", "into"), file.unpack.into))
    for key, path in named:
        for part in path.split("/"):
            if DEVICE.fullmatch(part):
                yield Finding(
                    key=key,
                    code="windows-name",
                    message=f"{part!r} is the name of a device on Windows",
                    hint="store it under another name",
                )


def _after_unpacking(file: File) -> int | None:
    size = file.unpack.size.unpacked if file.unpack else file.size
    return size if isinstance(size, int) else None


def _size(file: File) -> str:
    if isinstance(file.size, int):
        return f"{file.size:,}"
    return "not known" if file.size is None else f"about {file.size.about}"


def _warning(key: Key, code: str, message: str, hint: str) -> Finding:
    return Finding(key=key, code=code, message=message, hint=hint, severity="warning")
