"""A place on the Hugging Face Hub: a file or folder of a repository at a revision."""

import re
from typing import NamedTuple, Self
from urllib.parse import quote, unquote

_URL = re.compile(
    r"hf://(?:(?P<kind>datasets|spaces|models)/)?(?P<repo>(?!(?:buckets|datasets|spaces|models)/)[^/@]+/[^/@]+)"
    r"(?:@(?P<revision>[^/@]+))?/(?P<path>.*)",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


class HubPlace(NamedTuple):
    """A path in a repository: all as the Hub has it, nothing escaped."""

    kind: str
    repo: str
    revision: str
    path: str

    @classmethod
    def parse(cls, url: str) -> Self | None:
        """Return the place of ``hf://datasets/owner/name@rev/path``; None if not so."""
        match = _URL.fullmatch(url)
        if match is None:
            return None
        revision = unquote(match["revision"] or "main")
        return cls(
            match["kind"] or "models", match["repo"], revision, unquote(match["path"])
        )

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, which cannot move."""
        return bool(_COMMIT.fullmatch(self.revision))

    @property
    def root(self) -> str:
        """The repository at the revision as a URL, by which a lock knows it."""
        return f"hf://{self.kind}/{self.repo}@{quote(self.revision, safe='')}"

    @property
    def url(self) -> str:
        """The place as a URL."""
        return f"{self.root}/{quote(self.path)}"

    def page(self, endpoint: str) -> str:
        """Return the repository's page, for a person to open."""
        prefix = "" if self.kind == "models" else f"{self.kind}/"
        return f"{endpoint}/{prefix}{self.repo}"

    def resolve(self, endpoint: str) -> str:
        """Return the URL that gives the file, or leads to it."""
        pin = quote(self.revision, safe="")
        return f"{self.page(endpoint)}/resolve/{pin}/{quote(self.path)}"
