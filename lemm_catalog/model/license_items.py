"""The table of items as a manifest declares it: `ItemTable` is what comes of it."""

from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from lemm_catalog.model.base import Declared, Items, Line, RelativePath
from lemm_catalog.model.item_path import template
from lemm_catalog.model.item_table import ItemTable, TableFormat, Where


def _tuple_of_names(data: Any) -> Any:
    if isinstance(data, str):
        return (data,)
    return tuple(data) if isinstance(data, list) else data


_Number = Annotated[int, Field(ge=1, le=10_000)]
_Names = Annotated[tuple[Line, ...], Field(min_length=1, max_length=8)]
WrittenColumn = Annotated[_Number | _Names, BeforeValidator(_tuple_of_names)]
Template = Annotated[Line, AfterValidator(template)]
Words = Annotated[dict[Line, Line], Field(max_length=1000)]


class WrittenWhere(Declared):
    """Which rows are meant: those whose column has one of some values."""

    column: WrittenColumn
    among: Annotated[Items[Line], Field(min_length=1)]


class LicenseItems(Declared):
    """The file that says which item is under which license."""

    file: RelativePath
    inside: RelativePath | None = None
    format: TableFormat | None = None
    header: Annotated[int, Field(ge=0, le=8)] = 1
    key: WrittenColumn
    license: WrittenColumn
    path: Template
    title: WrittenColumn | None = None
    author: WrittenColumn | None = None
    url: WrittenColumn | None = None
    where: WrittenWhere | None = None
    besides: Items[RelativePath] = ()
    words: Words = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_format(self) -> Self:
        if self._format is None:
            raise ValueError(f"needs a format: {self.file} does not tell which it is")
        return self

    @property
    def _format(self) -> TableFormat | None:
        known: tuple[TableFormat, ...] = get_args(TableFormat)
        by_name = (name for name in known if self.file.endswith(f".{name}"))
        return self.format or next(by_name, None)

    @property
    def table(self) -> ItemTable:
        """What it comes to, in plain values."""
        where = self.where
        return ItemTable(
            file=self.file,
            inside=self.inside,
            format=self._format or "csv",
            header=self.header,
            key=self.key,
            license=self.license,
            path=self.path,
            title=self.title,
            author=self.author,
            url=self.url,
            where=Where(where.column, where.among) if where else None,
            besides=self.besides,
            words=tuple((_folded(name), to) for name, to in self.words.items()),
        )


def _folded(text: str) -> str:
    return " ".join(text.split())
