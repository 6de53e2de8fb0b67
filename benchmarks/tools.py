"""The programs a benchmark needs: where they are, and how to get what is missing."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKOUT = Path(__file__).resolve().parents[1]
# Program, the command that installs it. Nothing here installs anything by itself.
INSTALLED_BY = {
    "7z": "apt install p7zip-full",
    "aria2c": "apt install aria2",
    "bsdtar": "apt install libarchive-tools",
    "curl": "apt install curl",
    "dvc": "pip install dvc",
    "find": "apt install findutils",
    "hf": "pip install huggingface_hub",
    "ip": "apt install iproute2",
    "lbzip2": "apt install lbzip2",
    "nginx": "apt install nginx-light",
    "openssl": "apt install openssl",
    "sha256sum": "apt install coreutils",
    "tar": "apt install tar",
    "xargs": "apt install findutils",
}
_VERSION = {"7z": (), "openssl": ("version",), "nginx": ("-v",), "ip": ("-V",)}
_NUMBER = re.compile(r"\d+(\.\d+)+\w*")


def where(tool: str) -> str | None:
    """Return the path of a program, or None; those beside this Python come first."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(tool, path=beside) or shutil.which(
        tool, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    )


def lacking(tools: Iterable[str]) -> str | None:
    """Return a sentence about the first program that is not here, or None."""
    for tool in tools:
        if where(tool) is None:
            return f"{tool} is not installed ({INSTALLED_BY[tool]})"
    return None


def versions() -> dict[str, str]:
    """Return the versions of the programs that are here."""
    found = {tool: _version(tool) for tool in INSTALLED_BY if where(tool)}
    return {tool: version for tool, version in found.items() if version}


def _version(tool: str) -> str | None:
    with TemporaryDirectory() as home:  # some leave a note of each run there
        return _version_said(tool, {**os.environ, "HOME": home})


def _version_said(tool: str, environment: dict[str, str]) -> str | None:
    command = [where(tool) or tool, *_VERSION.get(tool, ("--version",))]
    try:
        said = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=20,
            check=False,
            env=environment,
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = _NUMBER.search(said)
    return number[0] if number else None


def product() -> tuple[str, ...]:
    """Return the command of lemm-catalog, as a user of this Python has it."""
    script = Path(sys.executable).with_name("lemm-catalog")
    if script.is_file():
        return (str(script),)
    return (sys.executable, "-m", "lemm_catalog")


def product_environment() -> dict[str, str]:
    """Return the variables with which this Python finds the package."""
    is_installed = Path(sys.executable).with_name("lemm-catalog").is_file()
    return {} if is_installed else {"PYTHONPATH": str(CHECKOUT)}
