"""A small Hub on loopback, for what no local server of it does: LFS, gates, limits.

    with Storage() as storage, Hub(storage) as hub:
        commit = hub.commit("datasets/acme/tones", {"a.bin": data})
        network = Network(hub_endpoint=hub.origin)

It answers what its own client asks, as that client was seen to ask it. LFS files are
behind a redirect to the storage, which is another host (localhost, not 127.0.0.1) and
takes signed links only, each until it is expired.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote

from lemm_catalog.digest import git_id
from tests.servers.faults import Fault
from tests.servers.http import HttpServer
from tests.servers.message import Page, Reply, Request, honest


def is_lfs(path: str) -> bool:
    """Whether the stand-in keeps a file as the Hub keeps large ones."""
    return path.endswith((".bin", ".tar", ".wav"))


@dataclass
class Repo:
    """A repository: the files of each commit, and what its branches stand for."""

    name: str
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    gated: bool = False
    private: bool = False
    readers: frozenset[str] = frozenset()
    card: dict[str, Any] = field(default_factory=dict)

    def empty(self) -> None:
        """Take the files out of all commits."""
        for files in self.commits.values():
            files.clear()


class _Mortal(HttpServer):
    """A server that a test may close before its context does."""

    _is_closed = False

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            super().close()


class Storage(_Mortal):
    """Gives a content by its sha256 to whoever has a link that has not expired."""

    def __init__(self, **more: Any) -> None:
        super().__init__({}, **more)
        self._signatures = count(1)
        self._least = 1

    def link(self, data: bytes) -> str:
        """Return a signed link to a content."""
        name = hashlib.sha256(data).hexdigest()
        self.put(f"/{name}", replace(Page.of(data), etag=f'"{name}"'))
        number = next(self._signatures)
        return f"http://localhost:{self.port}/{name}?Signature=secret-{number}"

    def expire(self) -> None:
        """Let all links there are be of no use from now on."""
        self._least = next(self._signatures)

    def _answer(self, request: Request) -> Reply:
        number = request.query.rpartition("-")[2]
        if not number.isdigit() or int(number) < self._least:
            expired = b"<Error><Code>AccessDenied</Code>Request has expired</Error>"
            return Reply(403, (("Content-Type", "text/xml"),)).with_body(expired)
        return super()._answer(request)


class Hub(_Mortal):
    """Serves repositories; faults are scripted per path, as with any `HttpServer`."""

    def __init__(self, storage: Storage, *, page: int = 1000, **more: Any) -> None:
        super().__init__({}, **more)
        self._storage = storage
        self._size = page
        self.repos: dict[str, Repo] = {}
        self.moved: dict[str, str] = {}

    def commit(
        self, name: str, files: Mapping[str, bytes], *, branch: str = "main"
    ) -> str:
        """Add a commit to a repository such as ``datasets/owner/name``."""
        repo = self.repos.setdefault(name, Repo(name))
        seed = f"{name} {len(repo.commits)}".encode()
        sha = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
        repo.commits[sha] = dict(files)
        repo.refs[branch] = sha
        return sha

    def _answer(self, request: Request) -> Reply:
        due = self._due(request)
        for fault in due:
            request = fault.on_request(request)
        page, reply = self._served(request, due)
        for fault in due:
            reply = fault.on_reply(reply, request, page)
        return reply

    def _served(self, request: Request, due: list[Fault]) -> tuple[Page | None, Reply]:
        is_api = request.path.startswith("/api/")
        parts = unquote(request.path.removeprefix("/api")).strip("/").split("/")
        if request.method not in {"GET", "HEAD", "POST"} or len(parts) < 3:
            return None, _error(404, None, "Sorry, we can't find the page")
        name, rest = "/".join(parts[:3]), parts[3:]
        if name in self.moved:
            target = request.target.replace(name, self.moved[name])
            return None, Reply(307, (("Location", target),)).with_body(b"moved\n")
        repo = self.repos.get(name)
        refused = _refused(repo, request)
        if repo is None or refused:
            return None, refused or _not_there(request)
        raw = request.path.removeprefix("/api").strip("/").split("/")[3:]
        revision = unquote(raw[1]) if len(raw) > 1 else "main"
        sha = repo.refs.get(revision, revision)
        if sha not in repo.commits:
            return None, _error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        below = "/".join(unquote(one) for one in raw[2:])
        if is_api:
            return None, self._api(repo, sha, rest, below, request)
        return self._resolved(repo, sha, below, request, due)

    def _resolved(
        self, repo: Repo, sha: str, path: str, request: Request, due: list[Fault]
    ) -> tuple[Page | None, Reply]:
        data = repo.commits[sha].get(path)
        if data is None:
            missing = _error(404, "EntryNotFound", "Entry not found")
            return None, missing.with_headers(X_Repo_Commit=sha)
        if is_lfs(path):
            digest = hashlib.sha256(data).hexdigest()
            found = Reply(302, (("Location", self._storage.link(data)),))
            return None, found.with_body(b"").with_headers(
                X_Repo_Commit=sha,
                X_Linked_Etag=f'"{digest}"',
                X_Linked_Size=str(len(data)),
            )
        page = replace(Page.of(data), etag=f'"{git_id(data)}"')
        for fault in due:
            page = fault.on_page(page)
        return page, honest(request, page).with_headers(X_Repo_Commit=sha)

    def _api(
        self, repo: Repo, sha: str, rest: list[str], below: str, request: Request
    ) -> Reply:
        files = repo.commits[sha]
        if not rest or rest[0] == "revision":
            return _json(
                {
                    "id": repo.name.partition("/")[2],
                    "cardData": repo.card,
                    "sha": sha,
                    "private": repo.private,
                    "gated": repo.gated,
                    "tags": [],
                    "downloads": 0,
                    "likes": 0,
                    "siblings": [
                        _sibling(path, files[path], "blobs=true" in request.query)
                        for path in sorted(files)
                    ],
                }
            )
        if rest[0] == "tree":
            return self._tree(files, below, request)
        if rest[0] == "paths-info":
            return _json([_entry(path, files[path]) for path in sorted(files)])
        return _error(404, None, "Sorry, we can't find the page")

    def _tree(self, files: Mapping[str, bytes], below: str, request: Request) -> Reply:
        prefix = f"{below}/" if below else ""
        taken = sorted(path for path in files if path.startswith(prefix))
        if below and not taken:
            return _error(404, "EntryNotFound", f"{below} does not exist")
        folders = {p.rpartition("/")[0] for p in taken} - {below, ""}
        entries: list[Any] = [
            {"type": "directory", "oid": git_id(f.encode()), "size": 0, "path": f}
            for f in sorted(folders)
        ]
        entries += [_entry(path, files[path]) for path in taken]
        query = parse_qs(request.query)
        start = int(query.get("cursor", ["0"])[0])
        reply = _json(entries[start : start + self._size])
        if start + self._size >= len(entries):
            return reply
        following = f"{self.origin}{request.path}?recursive=true&expand=false"
        link = f'<{following}&cursor={start + self._size}>; rel="next"'
        return reply.with_headers(Link=link)


def _refused(repo: Repo | None, request: Request) -> Reply | None:
    if repo is None:
        return None
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if (repo.private or repo.gated) and token not in repo.readers:
        if repo.private:
            return _not_there(request)
        if "/api/" in request.path:
            return None  # what a gated repository holds is no secret
        status = 403 if token else 401
        page = f"https://huggingface.co/{repo.name}"
        said = f"Access to dataset {repo.name} is restricted. Visit {page} to ask."
        return _error(status, "GatedRepo", said)
    return None


def _not_there(request: Request) -> Reply:
    status = 404 if "authorization" in request.headers else 401
    return _error(status, "RepoNotFound", "Repository not found")


def _sibling(path: str, data: bytes, with_blob: bool) -> dict[str, Any]:
    if not with_blob:
        return {"rfilename": path}
    entry = _entry(path, data)
    found = {"rfilename": path, "size": len(data), "blobId": entry["oid"]}
    if "lfs" in entry:
        found["lfs"] = {"sha256": entry["lfs"]["oid"], **entry["lfs"]}
    return found


def _entry(path: str, data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "file",
        "oid": git_id(data),
        "size": len(data),
        "path": path,
    }
    if is_lfs(path):
        digest = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"oid": digest, "size": len(data), "pointerSize": 134}
    return entry


def _json(content: Any) -> Reply:
    body = json.dumps(content).encode()
    return Reply(200, (("Content-Type", "application/json"),)).with_body(body)


def _error(status: int, code: str | None, message: str) -> Reply:
    body = json.dumps({"error": message}).encode()
    reply = Reply(status, (("Content-Type", "application/json"),)).with_body(body)
    if code:
        reply = reply.with_headers(X_Error_Code=code)
    return reply.with_headers(X_Error_Message=message)
