"""Each file of tests/examples says for itself what is wrong with it.

The first line of an invalid one is ``# expect: <code> <key> | <part of the message>``,
key and part as far as there are any.
"""

import re
import time
from pathlib import Path

import pytest

from lemm_catalog.load.catalog import load_paths
from lemm_catalog.problems import errors_in

EXAMPLES = Path(__file__).parent / "examples"
EXPECTED = re.compile(r"# expect: (?P<code>\S+) ?(?P<key>[^| ]*)(?: ?\| (?P<part>.+))?")


def examples(kind: str) -> list[Path]:
    return sorted((EXAMPLES / kind).glob("*.yaml"))


@pytest.mark.parametrize("path", examples("valid"), ids=lambda path: path.stem)
def test_a_valid_example_has_no_error(path: Path) -> None:
    loaded = load_paths([path])
    assert errors_in(loaded.problems) == ()
    assert loaded.files == 1


@pytest.mark.parametrize("path", examples("invalid"), ids=lambda path: path.stem)
def test_an_invalid_example_has_exactly_the_problem_it_expects(path: Path) -> None:
    first = path.read_bytes().splitlines()[0].decode("utf-8-sig").strip()
    expected = EXPECTED.fullmatch(first)
    assert expected is not None, first
    start = time.process_time()
    problems = load_paths([path]).problems
    # Where nothing is wrong, warnings are what it is about.
    (problem,) = errors_in(problems) or problems
    assert time.process_time() - start < 2
    assert (expected["code"], expected["key"]) == (problem.code, problem.key)
    assert (expected["part"] or "") in f"{problem.message} {problem.hint}"
    assert str(path) == problem.path
    assert problem.line > 0 or problem.message == "is empty"
    # What a terminal would obey, and what nobody must learn, is not repeated.
    shown = problem.key + problem.message + problem.hint
    assert shown.isprintable()
    assert "secret" not in shown.replace("secret.tar.gz", "")
