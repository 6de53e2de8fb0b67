"""The programs that exports are for, each a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import process_env

# What aria2c ends with when the bytes are not those of the checksum.
WRONG_CHECKSUM = 32
_CROISSANT = """
import itertools, json, logging, sys
from pathlib import Path

import mlcroissant as mlc

told = []
class Keep(logging.Handler):
    def emit(self, record):
        told.append(record.getMessage())
logging.getLogger("absl").handlers = [Keep()]

def understood(path):
    dataset = mlc.Dataset(path)
    metadata = dataset.metadata
    issues = metadata.ctx.issues
    found = {
        "name": metadata.name,
        "license": metadata.license,
        "version": metadata.version,
        "cite_as": metadata.cite_as,
        "url": metadata.url,
        "files": [
            [one.id, one.name, one.content_url, one.content_size, one.sha256, one.md5]
            for one in metadata.file_objects
        ],
        "sets": [[one.id, one.contained_in] for one in metadata.file_sets],
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
    }
    if metadata.record_sets:
        rows = itertools.islice(dataset.records(metadata.record_sets[0].id), 100)
        found["rows"] = sorted(str(value) for row in rows for value in row.values())
    return found

found = {}
for path in sys.argv[1:]:
    try:
        found[path] = understood(Path(path))
    except Exception as error:
        said = []
        while error:
            said.append(f"{type(error).__name__}: {error}")
            error = error.__cause__ or error.__context__
        found[path] = {"failed": " because of ".join(said)}
json.dump({"found": found, "told": told}, sys.stdout, default=str)
"""
_PACKAGE = """
import json, sys

import frictionless

found = {}
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        descriptor = json.load(file)
    faults = list(frictionless.Package.metadata_validate(descriptor))
    for resource in descriptor["resources"]:
        faults += frictionless.Resource.metadata_validate(resource)
    package = frictionless.Package.from_descriptor(descriptor)
    found[path] = {
        "faults": [fault.message for fault in faults],
        "files": [[r.path, r.bytes, r.hash, r.mediatype] for r in package.resources],
    }
    if sys.argv[1] == "read":
        report = package.validate()
        found[path] |= {"valid": report.valid, "errors": report.flatten(["type"])}
json.dump(found, sys.stdout)
"""


def croissants(*paths: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what mlcroissant makes of documents, by path, and what it told of them."""
    answer = _python(_CROISSANT, *map(str, paths))
    return answer["found"], answer["told"]


def packages(*paths: Path, read: bool = False) -> dict[str, Any]:
    """Return what frictionless makes of descriptors, by path; it may read the data."""
    found: dict[str, Any] = _python(_PACKAGE, "read" if read else "", *map(str, paths))
    return found


def aria2c(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run aria2c; skip the test without it, but fail it under CI."""
    program = shutil.which("aria2c")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI skips nothing: install aria2c (apt-get install aria2)")
        pytest.skip("aria2c is not installed")
    quiet = ["--no-conf", "--console-log-level=error", "--max-tries=2"]
    return subprocess.run(
        [program, *quiet, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=process_env(),
        timeout=60,
        check=False,
    )


def _python(code: str, *arguments: str) -> Any:
    # The peers import much that warns; what they say of us is in their answer.
    with tempfile.TemporaryDirectory() as home:  # mlcroissant keeps what it fetches
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, *arguments],
            capture_output=True,
            encoding="utf-8",
            env=process_env(HOME=home, USERPROFILE=home),
            timeout=100,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
