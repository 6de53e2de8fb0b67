"""The manifest: all that is known of one dataset, as its author wrote it.

Short forms (`license: CC-BY-4.0`, a single string as `source`) are spread out when
a manifest is read, so that the rest of the house sees one shape. The hand-written
JSON Schema `manifest.v1.schema.json` describes the same language for editors; a
test holds the two together.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from lemm_catalog.digest import Digest
from lemm_catalog.model.base import (
    Checksums,
    DatasetId,
    Date,
    Declared,
    HandWritten,
    Items,
    Kebab,
    Line,
    OneOrSeveral,
    RelativePath,
    SchemaVersion,
    Text,
    matching,
)
from lemm_catalog.model.source import RemoteUrl, Source
from lemm_catalog.sizes import parse_size

Language = Annotated[str, matching(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")]
MediaType = Annotated[str, matching(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,62}")]
Bytes = Annotated[int, Field(ge=0, le=2**53 - 1)]
Count = Annotated[int, Field(ge=1, le=2**53 - 1)]


def _a_size(text: str) -> str:
    if text != text.strip():
        raise ValueError("begins or ends with a space")
    parse_size(text)
    return text


class AboutSize(Declared):
    """A size that upstream states only roughly, such as ``12.5 GB``."""

    about: Annotated[Line, AfterValidator(_a_size)]

    @property
    def bytes(self) -> int:
        """The rough size in bytes."""
        return parse_size(self.about)


Size = Bytes | AboutSize


def bytes_of(size: Size | None) -> int | None:
    """Return a size in bytes, whether exact or rough; None if it is not known."""
    return size.bytes if isinstance(size, AboutSize) else size


class Claim(Declared):
    """Who says which license holds, where, and when it was seen."""

    expression: Line
    url: RemoteUrl
    seen: Date
    note: Line | None = None
    part: Kebab | None = None


class License(Declared):
    """The license of a dataset or a part, and the evidence for it."""

    expression: Line
    attribution: Line | None = None
    claims: Items[Claim] = ()
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, data: Any) -> Any:
        return {"expression": data} if isinstance(data, str) else data


class Format(Declared):
    """What lies inside: media types and, for audio, its sampling."""

    media: Annotated[Items[MediaType], Field(min_length=1)]
    sample_rate: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    channels: Annotated[int, Field(ge=1, le=1024)] | None = None
    bit_depth: Annotated[int, Field(ge=1, le=64)] | None = None


class UnpackedSize(Declared):
    """What an archive, or the whole dataset, comes to after unpacking.

    ``unpacked`` is in bytes of file content; ``members`` counts regular files.
    """

    unpacked: Size | None = None
    members: Count | None = None


ArchiveFormat = Literal["tar", "tar.gz", "tar.bz2", "tar.xz", "zip"]


class Unpack(Declared):
    """How an archive is unpacked: ``strip`` leading folders, ``into`` a folder."""

    strip: Annotated[int, Field(ge=0, le=16)] = 0
    into: RelativePath | None = None
    format: ArchiveFormat | None = None
    size: UnpackedSize = UnpackedSize()


class File(Declared):
    """One file to bring, or a set of files when ``path`` ends with a slash."""

    path: RelativePath
    size: Size | None = None
    checksums: Checksums = Field(default_factory=dict)
    source: Annotated[OneOrSeveral[Source], Field(min_length=1)]
    unpack: Unpack | None = None
    part: Kebab | None = None
    include: Items[Line] = ()
    exclude: Items[Line] = ()

    @model_validator(mode="after")
    def _file_or_set(self) -> Self:
        if self.is_set and (self.unpack or self.checksums or self.size is not None):
            raise ValueError("a file set has no size, checksums or unpack of its own")
        if not self.is_set and (self.include or self.exclude):
            raise ValueError("include and exclude go with a path that ends in /")
        return self

    @property
    def is_set(self) -> bool:
        """Whether this is a folder of files, listed in a lock."""
        return self.path.endswith("/")

    @property
    def digests(self) -> tuple[Digest, ...]:
        """The checksums, typed; strong ones first."""
        found = (Digest(name, value) for name, value in self.checksums.items())
        return tuple(sorted(found, key=lambda digest: (not digest.is_strong, digest)))


class Part(Declared):
    """A named subset, which may differ in license or phase from the rest."""

    title: Line | None = None
    license: License | None = None
    phase: Kebab | None = None


State = Literal["active", "excluded", "deprecated", "withdrawn"]


class Status(Declared):
    """Whether the dataset is offered, since when, and why not."""

    state: State = "active"
    since: Date | None = None
    reason: Line | None = None
    replaced_by: DatasetId | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.state != "active" and not self.reason:
            raise ValueError(f"a dataset that is {self.state} needs a reason")
        return self


class Manifest(HandWritten):
    """One dataset of the catalog."""

    schema_version: SchemaVersion
    id: DatasetId
    title: Line
    summary: Annotated[Line, Field(max_length=160)]
    homepage: RemoteUrl | None = None
    version: Line | None = None
    phase: Kebab
    priority: Annotated[int, Field(ge=1, le=5)]
    tasks: Annotated[Items[Kebab], Field(min_length=1)]
    languages: Items[Language] = ()
    format: Format
    license: License
    size: UnpackedSize = UnpackedSize()
    layout: Text | None = None
    notes: Items[Text] = ()
    files: Annotated[Items[File], Field(min_length=1)]
    parts: dict[Kebab, Part] = Field(default_factory=dict)
    status: Status = Status()
    citation: Text | None = None
