"""Where bytes are, and of which version of a content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from lemm_catalog.errors import SourceError
from lemm_catalog.model.source import redact

# What an answer's URL, status and headers mean, to somebody who knows the site.
Explain = Callable[[str, int, Mapping[str, str]], SourceError | None]


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where bytes are, and the bearer token that this origin may see.

    ``name`` is what people call it, where that is not the URL; ``explain`` may put
    an answer without bytes in better words than the wire has. With ``anew`` it is
    asked for over a connection that nobody has used before.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    name: str | None = None
    explain: Explain | None = field(default=None, repr=False, compare=False)
    anew: bool = field(default=False, repr=False, compare=False)

    @cached_property
    def shown(self) -> str:
        """The address in a form that is fit to be printed."""
        return redact(self.name or self.url)


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What a source said of the version of its content, for `If-Range`."""

    etag: str | None = None
    last_modified: str | None = None

    def contradict(self, others: Self) -> bool:
        """Whether both speak, and of different content."""
        if self.etag and others.etag:
            return self.etag.removeprefix("W/") != others.etag.removeprefix("W/")
        dates = {self.last_modified, others.last_modified} - {None}
        return len(dates) > 1
