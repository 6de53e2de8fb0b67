"""What an option and an argument are, declared as data.

From these the full parser (`full`), the quick one (`lean`) and the help pages are
made; there is no other list.
"""

from typing import Any, Literal, NamedTuple

Kind = Literal["flag", "text", "texts", "count", "path", "choice"]


class Option(NamedTuple):
    """An option: its value goes to the parameter ``name``.

    A flag is True or False; texts may be repeated and come as a tuple; a count is
    between ``least`` and ``most``. What is not given is None, False or ().
    """

    name: str
    flags: tuple[str, ...]
    help: str
    kind: Kind = "flag"
    metavar: str = ""
    least: int = 1
    most: int = 64
    choices: tuple[str, ...] = ()

    @property
    def absent(self) -> Any:
        """The value of an option that is not given."""
        return {"flag": False, "texts": ()}.get(self.kind)


class Argument(NamedTuple):
    """Words that belong to no option: one, or any number as a tuple."""

    name: str
    metavar: str
    help: str
    kind: Literal["text", "path"] = "text"
    many: bool = True
    required: bool = False

    @property
    def written(self) -> str:
        """The argument as a usage line shows it: ``ID``, ``[SELECTION...]``."""
        text = f"{self.metavar}..." if self.many else self.metavar
        return text if self.required else f"[{text}]"


Takes = tuple[Option | Argument, ...]
