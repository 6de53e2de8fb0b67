"""What a source does not say of its files, found out from the files themselves."""

from pathlib import Path

from lemm_catalog.digest import Digest
from lemm_catalog.errors import LemmError, SourceError, WrongBytesError
from lemm_catalog.harvest.asking import Asker
from lemm_catalog.harvest.values import is_web
from lemm_catalog.model.draft import Found, FoundFile, Gravity, Remark
from lemm_catalog.model.source import remote_url
from lemm_catalog.model.text import relative_path
from lemm_catalog.progress import Step

# Whose size is asked for without being told to: a question takes a second, or two.
_MOST_ASKED = 200


class Completing:
    """Completes the files of what was found; ``home`` is where local ones lie."""

    def __init__(self, asker: Asker, home: Path | None, beside: Path | None) -> None:
        self._asker = asker
        self._home = home
        self._beside = beside
        self._remarks: list[Remark] = []
        self._asked = 0

    def complete(self, found: Found, *, fetch: bool, offline: bool) -> Found:
        """Return what was found with sizes and checksums, as far as they can be had.

        Local files are read; remote ones only with ``fetch``, and else asked for
        their size where nobody states it.
        """
        files = []
        for file in found.files:
            if file.local:
                done = self._local(file)
            elif offline or not _may_be_asked(file.url):
                done = file
            elif fetch:
                done = self._fetched(file)
            else:
                done = self._measured(file)
            files += [done] if done else []
        remarks = (*found.remarks, *self._remarks)
        return found._replace(files=tuple(files), remarks=remarks)

    def _remark(self, file: FoundFile, text: str, gravity: Gravity = "doubt") -> None:
        self._remarks.append(Remark(f"files ({file.name})", text, gravity))

    def _local(self, file: FoundFile) -> FoundFile | None:
        try:
            path = self._path_of(file)
        except FileNotFoundError as error:
            if file.size is None or not file.digests:
                self._remark(file, f"left out: {error}")
                return None
            self._remark(file, f"{error}; size and checksum are as stated")
            return file._replace(beside="")
        except ValueError as error:
            self._remark(file, f"left out: {error}")
            return None
        try:
            size, digests = self._read(file, path.as_uri(), path.stat().st_size)
        except OSError as error:
            self._remark(file, f"left out: cannot be read: {error.strerror}", "failed")
            return None
        except LemmError as error:
            self._remark(file, f"left out: {error.message}", "failed")
            return None
        beside = ""
        if self._beside and path.is_relative_to(self._beside):
            beside = path.relative_to(self._beside).as_posix()
        return file._replace(size=size, digests=digests, beside=beside)

    def _path_of(self, file: FoundFile) -> Path:
        """Return where a file is: a document must not make us read others."""
        if self._home is None:
            raise ValueError("a path of this machine, in a document from elsewhere")
        root = self._home.resolve()
        path = (root / relative_path(file.beside)).resolve()
        if not path.is_relative_to(root):
            raise ValueError("leads out of the folder")
        if not path.is_file():
            raise FileNotFoundError(f"there is no such file in {self._home}")
        return path

    def _fetched(self, file: FoundFile) -> FoundFile | None:
        if file.size is not None and any(one.is_strong for one in file.digests):
            return file
        try:
            size, digests = self._read(file, file.url, file.size)
        except WrongBytesError as error:
            self._remark(file, f"left out: {error.message}", "failed")
            return None
        except SourceError as error:
            self._remark(file, f"not fetched: {error.message}", "failed")
            return file
        return file._replace(size=size, digests=digests)

    def _read(
        self, file: FoundFile, url: str, size: int | None
    ) -> tuple[int, tuple[Digest, ...]]:
        if file.size is not None and size is not None and file.size != size:
            message = f"has {size} bytes, {file.size} are stated"
            raise WrongBytesError(message)
        step = Step(verb="fetch", dataset="new", path=file.name, total=size)
        return self._asker.digest(url, step, file.digests)

    def _measured(self, file: FoundFile) -> FoundFile:
        if file.size is not None:
            return file
        self._asked += 1
        if self._asked > _MOST_ASKED:
            return file
        try:
            answered = self._asker.head(file.url)
        except SourceError as error:
            self._remark(file, f"does not answer: {error.message}", "failed")
            return file
        if answered.media == "text/html" and not file.name.endswith((".html", ".htm")):
            self._remark(file, "answers with a web page; its size was not taken")
            return file
        return file._replace(size=answered.size)


def _may_be_asked(url: str) -> bool:
    """Whether a document may make us ask for this: what no manifest may name, not."""
    try:
        remote_url(url)
    except ValueError:
        return False
    return is_web(url) or url.startswith("hf://")
