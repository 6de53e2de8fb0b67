"""The archive formats this program reads."""

from lemm_catalog.archives.base import ArchiveReader
from lemm_catalog.archives.names import shown
from lemm_catalog.archives.tar import TAR, TAR_BZ2, TAR_GZ, TAR_XZ, TAR_ZST
from lemm_catalog.archives.zip import ZIP
from lemm_catalog.errors import UsageError

READERS: tuple[ArchiveReader, ...] = (TAR, TAR_GZ, TAR_BZ2, TAR_XZ, TAR_ZST, ZIP)


def reader_for(path: str, override: str | None = None) -> ArchiveReader:
    """Return the reader for a file by its name, or for a format named outright.

    Raises:
        UsageError: if the name tells no format, or the format is not known.

    """
    for reader in READERS:
        if override == reader.name or (
            override is None and path.lower().endswith(reader.suffixes)
        ):
            return reader
    known = ", ".join(reader.name for reader in READERS)
    if override is not None:
        raise UsageError(f"{shown(override)} is no archive format; known are {known}")
    raise UsageError(
        f"the name {shown(path)} does not tell which archive it is; known are {known}",
        mend="name it with unpack: {format: …}",
    )
