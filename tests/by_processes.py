"""Archives unpacked by processes, however small they are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lemm_catalog.unpacking import crew, teams


@contextmanager
def by_processes(count: int = 2) -> Iterator[list[crew.Crew]]:
    """Have processes write every member, a batch each; gives the crews."""
    crews: list[crew.Crew] = []

    def counted(*given: object) -> crew.Crew:
        crews.append(crew.Crew(*given))  # type: ignore[arg-type]
        return crews[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teams, "cores", lambda: count)
        patch.setattr(teams, "_PAYS", 0)
        patch.setattr(teams, "_TINY", 1 << 60)
        patch.setattr(teams, "Crew", counted)
        patch.setattr(crew.Crew, "batch", 1)
        patch.setattr(crew, "_PATIENCE", 20.0)
        yield crews
