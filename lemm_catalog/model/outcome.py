"""What happened: the outcome of carrying out a plan, dataset by dataset."""

from dataclasses import dataclass
from typing import Literal

Result = Literal["present", "pulled", "refused", "failed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class DatasetOutcome:
    """How one dataset ended; ``exit_code`` is that of its error, if it had one."""

    id: str
    result: Result
    bytes_fetched: int = 0
    message: str = ""
    exit_code: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a pull ended."""

    datasets: tuple[DatasetOutcome, ...]

    @property
    def exit_code(self) -> int:
        """The gravest exit code: this machine (4), a source (3), a refusal (1)."""
        return max((dataset.exit_code for dataset in self.datasets), default=0)
