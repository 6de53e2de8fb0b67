"""Writes docs/rules.md: each code of a problem, with an example of the tests.

::

    .venv/bin/python tools/rules.py           # write it anew
    .venv/bin/python tools/rules.py --check   # 1 if that would change anything

An example that is a file is validated for it: what stands there is what the tool says.
"""

import re
import sys
from pathlib import Path

from lemm_catalog.codes.base import Code
from lemm_catalog.codes.table import CHAPTERS
from lemm_catalog.load.catalog import load_paths
from lemm_catalog.problems import Problem

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = CHECKOUT / "docs" / "rules.md"
EXAMPLES = CHECKOUT / "tests" / "examples" / "invalid"
_EXPECTED = re.compile(rb"# expect: (\S+)")
_INTRODUCTION = """\
# Rules

What `validate` and `diff` find, by the code at the end of each line; written by
`tools/rules.py`. An error makes them fail, a warning does not.
"""


def page() -> str:
    """Return docs/rules.md."""
    examples = _examples()
    parts = [_INTRODUCTION]
    for chapter, codes in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        parts += [_paragraph(code, examples.get(code.name)) for code in codes]
    return "\n".join(parts)


def _paragraph(code: Code, example: Path | None) -> str:
    severity = {"both": "error or warning"}.get(code.severity, code.severity)
    shown = _of_file(code, example) if example else f"```text\n{code.example}\n```\n"
    return (
        f"### {code.name}\n\n*{severity}* · {code.what}\n\n"
        f"**Why:** {code.why}\n\n**Mend:** {code.mend}\n\n{shown}"
    )


def _of_file(code: Code, path: Path) -> str:
    """Return the line of an example that is wrong, and what is said of it."""
    found = [p for p in load_paths([path]).problems if p.code == code.name]
    problem = min(found)
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    line = lines[max(problem.line - 1, 0)].strip() if lines else ""
    shown = line if line.isprintable() else ascii(line)[1:-1]
    return f"```yaml\n{_short(shown)}\n```\n\n```text\n{_short(_said(problem))}\n```\n"


def _said(problem: Problem) -> str:
    key = f"{problem.key}: " if problem.key else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.severity}: {key}{problem.message}{hint} [{problem.code}]"


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}..."


def _examples() -> dict[str, Path]:
    """Return the first example of each code, by name."""
    found: dict[str, Path] = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        if expected := _EXPECTED.search(path.read_bytes().splitlines()[0]):
            found.setdefault(expected[1].decode(), path)
    return found


def main(arguments: list[str]) -> int:
    """Write the page, or only look whether it is true."""
    text = page()
    if PAGE.is_file() and PAGE.read_text("utf-8") == text:
        return 0
    print(f"{PAGE.relative_to(CHECKOUT)} is not what the code says")
    if "--check" in arguments:
        return 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
