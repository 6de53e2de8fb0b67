"""The manifest: all that is known of one dataset, as its author wrote it.

Short forms (`license: CC-BY-4.0`, a single string as `source`) are spread out when
a manifest is read, so that the rest of the house sees one shape. The hand-written
JSON Schema `manifest.v1.schema.json` describes the same language for editors; a
test holds the two together.
"""

import re
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from lemm_catalog.digest import Digest
from lemm_catalog.model.artifact import ArchiveFormat
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
    RemoteUrl,
    SchemaVersion,
    Text,
    matching,
)
from lemm_catalog.model.entry import State
from lemm_catalog.model.license_items import LicenseItems
from lemm_catalog.model.plain import plain
from lemm_catalog.model.source import Source
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
    """Who says which license holds, where, and when it was seen.

    ``verified: false`` marks what was taken over from others and nobody has read
    there; it gives the verdict `review`.
    """

    expression: Line
    url: RemoteUrl
    seen: Date
    note: Line | None = None
    part: Kebab | None = None
    verified: bool = True


class Accept(Declared):
    """What a user must agree to, or fill in, before the data may be fetched."""

    terms: Line
    url: RemoteUrl | None = None


class License(Declared):
    """The license of a dataset or a part, and the evidence for it."""

    expression: Line
    attribution: Line | None = None
    claims: Items[Claim] = ()
    note: Text | None = None
    accept: Accept | None = None
    items: LicenseItems | None = None

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


class Unpack(Declared):
    """How an archive is unpacked: ``strip`` leading folders, ``into`` a folder."""

    strip: Annotated[int, Field(ge=0, le=16)] = 0
    into: RelativePath | None = None
    format: ArchiveFormat | None = None
    size: UnpackedSize = UnpackedSize()


class _WrittenSource(Declared):
    """A source as its author wrote it; `Source` is what comes of it."""

    url: RemoteUrl | None = None
    path: RelativePath | None = None
    manual: Text | None = None
    token_env: Annotated[str, matching(r"[A-Z][A-Z0-9_]{0,63}")] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        return {"url": data} if _looks_like_url(data) else {"path": data}

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Self:
        if self.manual is None and (self.url is None) == (self.path is None):
            raise ValueError("needs a url, a path beside the manifest, or manual")
        if self.manual is not None and (self.path or self.token_env):
            raise ValueError("a manual source has only words and a url to open")
        if self.token_env and not self.url:
            raise ValueError("token_env goes with a url")
        return self


def _looks_like_url(text: str) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)) or "::" in text


def _source_schema(_: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    return core_schema.no_info_after_validator_function(
        lambda written: Source(**dict(written)),
        handler.generate_schema(_WrittenSource),
        serialization=core_schema.plain_serializer_function_ser_schema(plain),
    )


DeclaredSource = Annotated[Source, GetPydanticSchema(_source_schema)]


class File(Declared):
    """One file to bring, or a set of files when ``path`` ends with a slash."""

    path: RelativePath
    size: Size | None = None
    checksums: Checksums = Field(default_factory=dict)
    source: Annotated[OneOrSeveral[DeclaredSource], Field(min_length=1)]
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
