"""What is known of a code: what it finds, why that matters, and how it is mended."""

from typing import Literal, NamedTuple

# Where the schemas have their home, too.
_PAGE = "https://lemm-catalog.example/docs/rules.md"


class Code(NamedTuple):
    """One code of a problem; ``severity`` is ``both`` where it depends on the case.

    ``example`` shows what earns it, for those no single manifest of the tests can.
    """

    name: str
    severity: Literal["error", "warning", "both"]
    what: str
    why: str
    mend: str
    example: str = ""

    @property
    def page(self) -> str:
        """The URL of its paragraph in docs/rules.md."""
        return f"{_PAGE}#{self.name}"
