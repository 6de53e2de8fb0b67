"""What holds for every file of the project, whatever it is about."""

import fnmatch
import hashlib
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from lemm_catalog.version import __version__
from tests.unit.test_up import up

CHECKOUT = Path(__file__).resolve().parents[1]
# In pieces, so that this file does not hold them itself.
REGISTRIES = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("anaconda", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
    )
)
BINARY = {".gz", ".whl", ".zip", ".tar", ".bz2", ".xz", ".wav", ".mid", ".png"}
# How people write files, some of them wrong on purpose.
EXAMPLES = CHECKOUT / "tests" / "examples"
# The text as its authors publish it, to the byte.
APACHE_2_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


@cache
def project_files() -> tuple[Path, ...]:
    """All files but the ignored; read from .gitignore, as there may be no git."""
    lines = (CHECKOUT / ".gitignore").read_text("utf-8").splitlines()
    ignored = [line.strip("/") for line in lines if line] + [".git"]

    def is_ours(name: str) -> bool:
        return not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)

    found = []
    for folder, folders, files in os.walk(CHECKOUT):
        at_root = Path(folder) == CHECKOUT
        # Patterns such as /datasets/ mean the root only: catalog/datasets is ours.
        folders[:] = [
            name
            for name in folders
            if is_ours(name) or (f"/{name}/" in lines and not at_root)
        ]
        found += [Path(folder, name) for name in files if is_ours(name)]
    return tuple(sorted(found))


def names(files: list[Path]) -> list[str]:
    return [file.relative_to(CHECKOUT).as_posix() for file in files]


def test_the_walk_sees_the_catalog_and_not_the_environment() -> None:
    seen = names(list(project_files()))
    assert "catalog/datasets/nsynth.yaml" in seen
    assert ".ci/run" in seen
    assert not [name for name in seen if name.startswith((".venv", ".git/"))]


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_file_names_a_package_registry(registry: str) -> None:
    files = [file for file in project_files() if registry in _lower(file)]
    assert names(files) == []


@cache
def _lower(file: Path) -> str:
    return file.read_bytes().decode("latin-1").lower()


def test_every_text_is_utf_8_with_unix_line_ends() -> None:
    wrong = [
        file
        for file in project_files()
        if file.suffix not in BINARY
        and not file.is_relative_to(EXAMPLES)
        and not _is_clean(file.read_bytes())
    ]
    assert names(wrong) == []


def _is_clean(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    has_last_line_end = not data or data.endswith(b"\n")
    return has_last_line_end and b"\r" not in data and b"\0" not in data


def test_the_license_is_apache_2_to_the_byte() -> None:
    license_text = (CHECKOUT / "LICENSE").read_bytes()
    assert hashlib.sha256(license_text).hexdigest() == APACHE_2_SHA256
    assert 'license = "Apache-2.0"' in _text("pyproject.toml")


def test_the_changelog_speaks_of_this_version() -> None:
    assert re.search(rf"^## \[{re.escape(__version__)}\]", _text("CHANGELOG.md"), re.M)


def test_the_bundled_pip_has_the_bytes_that_were_reviewed() -> None:
    assert [path.name for path in up.WHEEL.parent.glob("*.whl")] == [up.WHEEL.name]
    assert hashlib.sha256(up.WHEEL.read_bytes()).hexdigest() == up.WHEEL_SHA256
    assert up.WHEEL.name in _text("tools/vendor/README.md")


def test_each_decision_is_listed_under_its_title() -> None:
    folder = CHECKOUT / "docs" / "decisions"
    listed = re.findall(
        r"^- \[(.+)\]\((.+)\)$", _text("docs/decisions/README.md"), re.M
    )
    pages = sorted(page.name for page in folder.glob("[0-9]*.md"))
    assert [page for _, page in listed] == pages
    for title, page in listed:
        assert (folder / page).read_text("utf-8").startswith(f"# {title}\n")


def test_ci_runs_the_line_that_the_readme_shows() -> None:
    block = re.search(r"<!-- test-line -->\s+```\w*\n(.+)\n```", _text("README.md"))
    assert block is not None
    assert ci_test_line(CHECKOUT).stdout.strip() == block[1]
    assert "pytest" in block[1]


def test_ci_reads_the_first_line_of_the_block_after_the_marker(tmp_path: Path) -> None:
    readme = (
        "```sh\nno\n```\n<!-- test-line -->\n\n```sh\nyes --really\n```\n```\nno\n```"
    )
    done = ci_test_line(a_checkout(tmp_path, readme))
    assert (done.returncode, done.stdout) == (0, "yes --really\n")


def test_ci_stops_when_the_readme_has_no_test_line(tmp_path: Path) -> None:
    done = ci_test_line(a_checkout(tmp_path, "```sh\nno\n```\n"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "README.md has no fenced block after <!-- test-line -->" in done.stderr


def a_checkout(folder: Path, readme: str) -> Path:
    (folder / ".ci").mkdir()
    shutil.copy(CHECKOUT / ".ci" / "run", folder / ".ci" / "run")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return folder


def ci_test_line(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(checkout / ".ci" / "run"), "--test-line"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _text(name: str) -> str:
    return (CHECKOUT / name).read_text("utf-8")
