"""Media types by the end of a name, the same on every machine."""

import re
from typing import Final

_BY_SUFFIX: Final = {
    "audio/wav": "wav wave",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg oga opus",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/aiff": "aif aiff",
    "audio/midi": "mid midi",
    "audio/basic": "au snd",
    "application/vnd.recordare.musicxml+xml": "musicxml",
    "application/vnd.recordare.musicxml": "mxl",
    "video/mp4": "mp4 m4v",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    "video/quicktime": "mov",
    "image/png": "png",
    "image/jpeg": "jpg jpeg",
    "image/tiff": "tif tiff",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    "application/json": "json geojson",
    "application/ld+json": "jsonld",
    "application/jsonl": "jsonl ndjson",
    "application/yaml": "yaml yml",
    "application/xml": "xml",
    "application/pdf": "pdf",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.file": "arrow feather",
    "application/x-hdf5": "h5 hdf5 hdf",
    "application/x-npy": "npy",
    "application/x-npz": "npz",
    "application/x-sqlite3": "sqlite sqlite3 db",
    "application/x-matlab-data": "mat",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv tab",
    "text/plain": "txt lab textgrid log srt rst readme license",
    "text/markdown": "md",
    "text/html": "html htm",
    "text/x-python": "py",
    "application/x-tar": "tar",
    "application/zip": "zip",
    "application/gzip": "gz tgz",
    "application/x-bzip2": "bz2 tbz2",
    "application/x-xz": "xz txz",
    "application/zstd": "zst",
    "application/x-7z-compressed": "7z",
    "application/vnd.rar": "rar",
}
_TYPES: Final = {
    suffix: media for media, several in _BY_SUFFIX.items() for suffix in several.split()
}
ARCHIVES: Final = frozenset(
    {"application/x-tar", "application/zip", "application/gzip", "application/zstd"}
    | {"application/x-bzip2", "application/x-xz", "application/x-7z-compressed"}
    | {"application/vnd.rar", "application/x-gzip", "application/x-compressed-tar"}
)
_PACKED: Final = frozenset({"gz", "bz2", "xz", "zst"})
_MEDIA = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,62}", re.A)
UNKNOWN: Final = "application/octet-stream"


def media_of_name(name: str) -> str | None:
    """Return the media type of a file by its name; of a packed one what is packed.

    A tar is what it is, however it is packed.
    """
    words = name.lower().rsplit("/", 1)[-1].split(".")
    if len(words) > 2 and words[-1] in _PACKED and words[-2] in _TYPES:
        inner = _TYPES[words[-2]]
        return _TYPES[words[-1]] if inner == "application/x-tar" else inner
    return _TYPES.get(words[-1])


def media_of_words(words: str) -> str | None:
    """Return the media type that somebody wrote, be it only a suffix."""
    text = words.partition(";")[0].strip().lower()
    if _MEDIA.fullmatch(text):
        return text
    return _TYPES.get(text.removeprefix("."))
