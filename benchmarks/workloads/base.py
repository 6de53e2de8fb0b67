"""What a workload is: a name, and cases that can be measured while it is open."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from benchmarks.data import Inputs
from benchmarks.measure import Command
from benchmarks.rounds import Case
from benchmarks.tools import product, product_environment
from benchmarks.workspace import Workspace

Size = Literal["small", "full"]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a workload works with."""

    space: Workspace
    inputs: Inputs
    size: Size

    def pick(self, small: T, full: T) -> T:
        """Return what is meant for the size of this run."""
        return small if self.size == "small" else full

    def command(
        self,
        cwd: Path,
        *argv: str,
        env: Mapping[str, str] | None = None,
        codes: tuple[int, ...] = (0,),
    ) -> Command:
        """Return a command in the environment of the runs."""
        both = self.space.environment() | (dict(env) if env else {})
        return Command(argv=argv, cwd=cwd, env=both, codes=frozenset(codes))

    def ours(
        self,
        cwd: Path,
        *words: str,
        within: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        codes: tuple[int, ...] = (0,),
    ) -> Command:
        """Return a command of lemm-catalog, as a user has it."""
        variables = product_environment() | (dict(env) if env else {})
        return self.command(
            cwd, *within, *product(), *words, env=variables, codes=codes
        )

    def planning(self, catalog: Path) -> Callable[[Path], Command]:
        """Return the warm-up of a pull: the plan that a user has looked at before."""
        words = ("plan", "comprehensive", "--catalog", str(catalog))
        return lambda cwd: self.ours(
            cwd, *words, "--cache-dir", str(cwd / "cache"), codes=(0, 1)
        )


class Workload(Protocol):
    """A kind of work; its servers and links last as long as its context.

    Entering raises NotMeasurable where this machine cannot run it.
    """

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    @property
    def summary(self) -> str:
        """What it measures, in a line."""

    def cases(self, bench: Bench) -> AbstractContextManager[tuple[Case, ...]]:
        """Open what the work needs, and give the cases to be measured."""
