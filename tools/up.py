"""Makes ``.venv`` in this checkout with lemm-catalog in it; running it again is free.

::

    python3 tools/up.py            # to use lemm-catalog
    python3 tools/up.py --tests    # to work on it

It needs Python 3.11 and nothing else: no root, no pip, no venv package. Where pip
downloads from is left to pip's own configuration. Exit codes: 0 ready · 2 wrong usage
or too old a Python · 3 pip could not install · 4 this machine refused · 130 stopped.
"""

# Everything down to the version check must run on Python 3.8, so that an old Python
# ends in a sentence and not in a SyntaxError; hence also the __future__ import.
from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence  # noqa: UP035 - 3.8

NEEDED = (3, 11)
# Tried in this order when the running Python is too old: tested versions first.
SUCCESSORS = ("3.13", "3.12", "3.11", "3.14")
CHECKOUT = Path(__file__).resolve().parents[1]
WHEEL = CHECKOUT / "tools" / "vendor" / "pip-26.3-py3-none-any.whl"
WHEEL_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
# Variables that say where to install or what to import, and so would lead out of
# .venv. All others, such as those that say where pip downloads from, stay as they are.
ASTRAY = (
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_ROOT",
    "PIP_TARGET",
    "PYTHONHOME",
    "PYTHONPATH",
)


class UpError(Exception):
    """What went wrong, how to mend it, and the exit code."""

    def __init__(self, message: str, mend: str, code: int) -> None:
        super().__init__(f"{message}\n    mend: {mend}")
        self.code = code


class Stamp(NamedTuple):
    """What ``.venv`` was made for; not ``complete`` while it is being made."""

    complete: bool = False
    checkout: str = ""
    python: str = ""
    pyproject: str = ""
    extras: tuple[str, ...] = ()


class Step(NamedTuple):
    """What to do with ``.venv`` (``keep``, ``install`` or ``build``), and why."""

    do: str
    reason: str


def is_too_old(version: Sequence[int]) -> bool:
    """Return whether this project cannot run on that version of Python."""
    return tuple(version[:2]) < NEEDED


def decide(runs: bool, found: Stamp | None, wanted: Stamp) -> Step:
    """Return what brings ``.venv`` from what was found to what is wanted."""
    if not runs:
        return Step("build", "there is none with a working Python yet")
    if found is None:
        return Step("install", "it was made by other means")
    if not found.complete:
        return Step("build", "the last run was cut short")
    if found.checkout != wanted.checkout:
        return Step("build", f"it was made for {found.checkout}")
    if found.python != wanted.python:
        return Step("build", f"it was made with Python {found.python}")
    if found.pyproject != wanted.pyproject:
        return Step("install", "pyproject.toml has changed")
    missing = sorted(set(wanted.extras) - set(found.extras))
    if missing:
        return Step("install", f"it lacks the extras {', '.join(missing)}")
    return Step("keep", "nothing has changed")


def ways(ensurepip: bool, outside_pip: bool, wheel: bool, uv: bool) -> list[str]:
    """Return the ways by which an environment without pip is filled, best first.

    uv comes last because it reads its own configuration instead of pip's.
    """
    found = {"ensurepip": ensurepip, "pip": outside_pip, "wheel": wheel, "uv": uv}
    return [way for way, is_there in found.items() if is_there]


def is_genuine(wheel: Path, sha256: str = WHEEL_SHA256) -> bool:
    """Return whether the bundled wheel is there with exactly the known bytes."""
    return wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() == sha256


def read_stamp(path: Path) -> Stamp | None:
    """Return the stamp, an incomplete one if it is unreadable, None if absent."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Stamp(**{**fields, "extras": tuple(fields["extras"])})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return Stamp()


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Write the stamp aside and rename it, so that there is never half a stamp."""
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(stamp._asdict(), indent=1) + "\n", encoding="utf-8")
    aside.replace(path)


def environment(given: dict[str, str]) -> dict[str, str]:
    """Return the variables for a child, without those that lead out of ``.venv``."""
    kept = {name: value for name, value in given.items() if name not in ASTRAY}
    # Set, not removed: a variable also overrules `user = true` in a pip.conf.
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


class Environment:
    """The ``.venv`` of a checkout: its paths, and the commands that fill it."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.folder = checkout / ".venv"
        self.stamp = self.folder / "lemm-up.json"
        self.bin = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = str(self.bin / ("python.exe" if os.name == "nt" else "python"))
        # The interpreter under an active environment, which may be this very .venv.
        self.base = getattr(sys, "_base_executable", None) or sys.executable

    def runs(self, found: Stamp | None) -> bool:
        """Return whether there is a Python in it; a stranger's one is asked."""
        if not Path(self.python).exists():
            return False
        check = f"import sys; sys.exit(sys.version_info < {NEEDED})"
        return found is not None or self._run(self.python, "-c", check) is None

    def build(self) -> None:
        """Make it anew, empty; a stamp marks it as unfinished from the first moment.

        Raises:
            UpError: if this Python cannot make virtual environments.

        """
        self.folder.mkdir(exist_ok=True)
        write_stamp(self.stamp, Stamp())
        for old in self.folder.iterdir():
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
            elif old != self.stamp:
                old.unlink()
        # Without pip, because Debian's Python has venv but not the ensurepip it wants.
        command = (self.base, "-m", "venv", "--without-pip", str(self.folder))
        complaint = self._run(*command)
        if complaint is not None:
            raise UpError(
                f"{self.base} could not make a virtual environment:\n{complaint}",
                "install your system's package for venv (python3-venv on Debian and "
                "Ubuntu), or run this file with another Python",
                4,
            )

    def installer(self) -> list[str]:
        """Return the command that installs into it, giving it a pip if it has none.

        Raises:
            UpError: if no way leads to a pip.

        """
        own = [self.python, "-m", "pip", "install"]
        outside = [self.base, "-m", "pip", "--python", self.python]
        if self._run(self.python, "-m", "pip", "--version") is None:
            return own
        has_outside_pip = self._run(*outside, "--version") is None
        uv = shutil.which("uv")
        has_ensurepip = importlib.util.find_spec("ensurepip") is not None
        for way in ways(has_ensurepip, has_outside_pip, is_genuine(WHEEL), bool(uv)):
            if way == "ensurepip":
                if self._run(self.python, "-m", "ensurepip") is None:
                    return own
            elif way == "wheel":
                # Runs the pip inside the wheel to install the wheel: no network.
                pip = (self.python, str(WHEEL / "pip"), "install", "--no-index")
                if self._run(*pip, "--no-deps", str(WHEEL)) is None:
                    say("this Python has no pip: took the one in tools/vendor")
                    return own
            elif way == "pip":
                return [*outside, "install"]
            else:
                return [uv or "uv", "pip", "install", "--python", self.python]
        raise UpError(
            f"there is no pip, and {WHEEL.name} in tools/vendor is missing or altered",
            "restore that file from the repository, or install pip or uv",
            4,
        )

    def install(self, extras: Sequence[str]) -> None:
        """Install the checkout into it, editable, with these extras.

        Raises:
            UpError: if the installer failed; the message has all it said.

        """
        project = f".[{','.join(extras)}]" if extras else "."
        complaint = self._run(*self.installer(), "--quiet", "-e", project)
        if complaint is not None:
            raise UpError(
                f"could not install {project} into .venv:\n{complaint}",
                "if it could not download, see to the network and to pip's own "
                f"configuration ({self.python} -m pip config list), then run again",
                3,
            )

    def _run(self, *command: str) -> str | None:
        """Run a command unseen; return all it said if it failed, else None."""
        env = environment(dict(os.environ))
        done = subprocess.run(
            command,
            cwd=self.checkout,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode == 0:
            return None
        return done.stdout.strip() or f"exit code {done.returncode}"


def set_up(checkout: Path, extras: Sequence[str]) -> None:
    """Bring ``.venv`` of the checkout up to date with these extras in it.

    Raises:
        UpError: if that is not possible.

    """
    began = time.monotonic()
    place = Environment(checkout)
    pyproject = hashlib.sha256((checkout / "pyproject.toml").read_bytes()).hexdigest()
    version = ".".join(map(str, sys.version_info[:2]))
    found = read_stamp(place.stamp)
    wanted = Stamp(True, str(checkout), version, pyproject, tuple(sorted(extras)))
    step = decide(place.runs(found), found, wanted)
    if step.do == "keep":
        say(".venv is up to date")
        return
    if step.do == "build":
        say(f"making .venv with Python {version}: {step.reason}")
        place.build()
    else:
        say(f"updating .venv: {step.reason}")
        if found is not None:  # ours to rebuild if this is cut short
            write_stamp(place.stamp, Stamp())
            kept = set(wanted.extras) | set(found.extras)
            wanted = wanted._replace(extras=tuple(sorted(kept)))
    say("installing lemm-catalog and what it needs; this may take some minutes")
    place.install(wanted.extras)
    write_stamp(place.stamp, wanted)
    seconds = time.monotonic() - began
    say(f".venv is ready after {seconds:.0f} s: {place.bin / 'lemm-catalog'}")


def successors() -> Iterator[list[str]]:
    """Yield the commands that may start a newer Python than the running one."""
    for version in SUCCESSORS:
        if os.name == "nt" and shutil.which("py"):
            yield ["py", "-" + version]
        path = shutil.which("python" + version)
        if path:
            yield [path]


def hand_over(arguments: Sequence[str]) -> int:
    """Run this file with a newer Python from PATH and return its exit code.

    Raises:
        UpError: if there is none.

    """
    found = sys.version.split()[0]
    for command in successors():
        # Asked, not trusted: pyenv puts names on PATH behind which there is nothing.
        probe = subprocess.run(
            [*command, "-c", "pass"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if probe.returncode == 0:
            say(f"Python {found} is too old; going on with {' '.join(command)}")
            return subprocess.call([*command, str(Path(__file__)), *arguments])
    needed = ".".join(map(str, NEEDED))
    raise UpError(
        f"needs Python {needed} or newer, found {found} ({sys.executable})",
        f"install Python {needed} or newer and run this file with it",
        2,
    )


def say(line: str) -> None:
    """Tell the person on stderr what is going on."""
    print(f"up: {line}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Set up and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Make .venv in this checkout with lemm-catalog in it."
    )
    parser.add_argument("--tests", action="store_true", help="add what the tests need")
    options = parser.parse_args(arguments)
    try:
        if is_too_old(sys.version_info[:2]):
            return hand_over(arguments)
        set_up(CHECKOUT, ["test"] if options.tests else [])
    except UpError as error:
        say(str(error))
        return error.code
    except OSError as error:
        say(f"{error}\n    mend: make {CHECKOUT} writable, with 700 MB to spare")
        return 4
    except KeyboardInterrupt:
        say("stopped; run it again to go on")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
