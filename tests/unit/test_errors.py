"""Errors, their sentences and exit codes; problems."""

import pytest

from lemm_catalog import errors
from lemm_catalog.problems import Problem, errors_in


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.RefusedError, 1),
        (errors.UsageError, 2),
        (errors.SourceError, 3),
        (errors.PassingError, 3),
        (errors.WrongBytesError, 3),
        (errors.ArchiveError, 3),
        (errors.LocalError, 4),
    ],
)
def test_every_error_has_its_exit_code_and_its_mend(
    kind: type[errors.LemmError], code: int
) -> None:
    error = kind("it broke", mend="glue it")
    assert (code, "it broke (glue it)") == (error.exit_code, str(error))
    assert str(kind("it broke")) == "it broke"


def a_problem(**keys: object) -> Problem:
    data: dict[str, object] = {"path": "a.yaml", "code": "x", "message": "is wrong"}
    return Problem(**data | keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(1, "the catalog has 1 problem"), (2, "the catalog has 2 problems")],
)
def test_a_catalog_error_counts_its_errors_only(count: int, sentence: str) -> None:
    found = (a_problem(severity="warning"), *[a_problem(line=n) for n in range(count)])
    error = errors.CatalogError(found)
    assert (sentence, found, 1) == (str(error), error.problems, error.exit_code)


def test_problems_sort_by_place() -> None:
    late, early = a_problem(line=10), a_problem(line=9)
    assert sorted([late, early]) == [early, late]


def test_errors_are_told_from_warnings() -> None:
    warning, error = a_problem(severity="warning"), a_problem()
    assert errors_in([warning, error]) == (error,)


def test_a_server_may_ask_for_patience() -> None:
    assert errors.PassingError("busy", retry_after=3.0).retry_after == 3.0
