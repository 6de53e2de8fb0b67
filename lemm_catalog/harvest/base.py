"""What readers of records and documents share: files with their doubts."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from lemm_catalog.digest import Digest
from lemm_catalog.harvest.values import Said, is_web, size_of
from lemm_catalog.model.draft import Found, FoundFile, Remark
from lemm_catalog.model.source import redact

# A manifest of a megabyte, which is all that is read of one, names some more.
MOST_FILES = 2000
_SECRET = ("signature=", "token=", "x-amz-", "x-goog-", "sig=", "awsaccesskeyid=")


class Source(NamedTuple):
    """Where a document comes from: its address, or "" for a file of this machine."""

    url: str
    shown: str


Reader = Callable[[Any, Source], Found]


class Opened(NamedTuple):
    """That what counts is inside a file, and what is said of its size, if anything."""

    size: Any = None


class Gathering:
    """Files and remarks, as a reader comes upon them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.files: list[FoundFile] = []
        self.remarks: list[Remark] = []

    def doubt(self, where: str, text: str) -> None:
        """Remark something."""
        self.remarks.append(Remark(where, text))

    def file(
        self,
        name: str,
        url: str,
        size: Any,
        digests: Iterable[tuple[Digest | None, str]],
        media: tuple[str, ...] = (),
        *,
        others: Iterable[str] = (),
        opened: Opened | None = None,
    ) -> None:
        """Take a file, with what of it can be used; ``others`` are its mirrors."""
        where = f"files ({name or url})"
        said = size_of(size)
        if said.wrong:
            self.doubt(where, said.wrong)
        good: list[Digest] = []
        for digest, wrong in digests:
            if wrong:
                self.doubt(where, wrong)
            if digest:
                good.append(digest)
        full, relative = self._address(where, url)
        if not full and not relative:
            return
        inside = size_of(opened.size) if opened else Said()
        mirrors = [self._address(where, other)[0] for other in others] if full else []
        self.files.append(
            FoundFile(
                name=name or name_of(full) or relative,
                url=full,
                size=said.size,
                about=said.about,
                digests=tuple(dict.fromkeys(good)),
                media=media,
                beside=relative,
                local=bool(relative),
                mirrors=tuple(
                    one for one in dict.fromkeys(mirrors) if one and one != full
                ),
                is_opened=opened is not None,
                opened=inside.size,
                opened_about=inside.about,
            )
        )

    def _address(self, where: str, url: str) -> tuple[str, str]:
        """Return a URL in full, or a path beside a document of this machine."""
        url = url.strip()
        if not url:
            self.doubt(where, "left out: nothing says where it is to be had")
            return "", ""
        scheme, colon, _ = url.partition(":")
        has_scheme = bool(colon) and "/" not in scheme and len(scheme) > 1
        if not has_scheme and self._source.url:
            try:
                return escaped(urljoin(self._source.url, url.replace("\\", "/"))), ""
            except ValueError:
                self.doubt(where, f"left out: its address {url[:80]!a} is none")
                return "", ""
        if not has_scheme:
            return "", url.replace("\\", "/").removeprefix("./")
        query = url.partition("?")[2].lower()
        if any(word in query for word in _SECRET):
            self.doubt(where, "left out: its address holds a secret, and expires")
            return "", ""
        return escaped(url), ""


def parts_of(url: str) -> SplitResult:
    """Return the parts of a URL; of what is none, none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def name_of(url: str) -> str:
    """Return the name of the file at a URL, as it is read; "" if it has none."""
    return unquote(parts_of(url).path.rstrip("/").rpartition("/")[2])


def shown(source: str) -> str:
    """Return a source in a form that is fit to be shown, whatever it is."""
    if "://" not in source:
        return source[:300]
    try:
        return redact(source)[:300]
    except ValueError:
        return f"{source.partition(':')[0][:20]}://…"


def escaped(url: str) -> str:
    """Return a URL with what must be escaped in it, and nothing escaped twice."""
    if not is_web(url):
        return url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return url
    safe = "/%:=&?~+!$,;'@()*[]#-._"
    return f"{scheme.lower()}://{host}{slash}{quote(path, safe=safe)}"
