"""The errors of this package and the exit code each of them ends with.

::

    LemmError
    ├── CatalogError        1   a manifest, license, policy or ladder is wrong
    ├── RefusedError        1   a plan that must not be carried out
    ├── UsageError          2   the command or the selection is wrong
    ├── SourceError         3   a source failed, or its bytes were wrong
    │   ├── PassingError        … and may answer if asked again
    │   ├── WrongBytesError     … size or checksum differ from the manifest
    │   └── ArchiveError        … an archive is damaged or hostile
    └── LocalError          4   disk, permission or lock on this machine

Every error is a sentence for a person (``message``) and, where there is one, the
way to mend it (``mend``). A library's own exception never passes its door.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lemm_catalog.problems import Problem

_MOST_NOTES = 10


class LemmError(Exception):
    """Any failure this package expects and can explain."""

    exit_code = 1

    def __init__(self, message: str, *, mend: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return self.message if self.mend is None else f"{self.message} ({self.mend})"


class CatalogError(LemmError):
    """Files of a catalog are wrong; ``problems`` says each place and its mend.

    A traceback shows the first few of them below the sentence.
    """

    def __init__(self, problems: "tuple[Problem, ...]") -> None:
        count = sum(problem.severity == "error" for problem in problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"the catalog has {count} {noun}")
        self.problems = problems
        for problem in problems[:_MOST_NOTES]:
            place = f"{problem.path}:{problem.line}:{problem.column}"
            hint = f" ({problem.hint})" if problem.hint else ""
            self.add_note(f"{place}: {problem.message}{hint} [{problem.code}]")


class RefusedError(LemmError):
    """The plan would do what it must not: overfill a disk, break a policy."""


class UsageError(LemmError):
    """The command line, the configuration or the selection is wrong."""

    exit_code = 2


class SourceError(LemmError):
    """A source could not give its bytes, and asking again would not help.

    ``status`` is what an HTTP server answered with, if it did. What is doubtful came
    over a connection that had served before: it may have been left over there.
    """

    exit_code = 3
    status: int | None = None
    is_doubtful: bool = False


class PassingError(SourceError):
    """A source failed in a way that may pass.

    ``retry_after`` is the wait in seconds the server asked for, if it did.
    """

    def __init__(
        self, message: str, *, mend: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, mend=mend)
        self.retry_after = retry_after


class WrongBytesError(SourceError):
    """A source gave bytes that are not those the manifest declares."""


class ArchiveError(SourceError):
    """An archive is damaged, hostile, or larger than declared."""


class LocalError(LemmError):
    """This machine failed: no space, no permission, a lock, a broken disk."""

    exit_code = 4


class NoThreadError(LocalError):
    """This machine gives no more threads, be it for their number or for memory."""

    def __init__(self) -> None:
        super().__init__(
            "this machine gives no more threads",
            mend="raise the limit of processes or memory, or use --connections 1",
        )
