"""The Hugging Face Hub: an `hf://` address is a file behind the Hub's resolve URL.

The bytes come through the HTTP backend, which resumes where the Hub's own client
starts anew, and checks what it does not. The token goes to the Hub's origin only.
"""

from urllib.parse import quote, unquote

from lemm_catalog.backends.base import Address, Backend, Reply, Validators
from lemm_catalog.errors import SourceError
from lemm_catalog.model.source import redact

_KINDS = {"datasets", "spaces", "models"}


class HubBackend(Backend):
    """Rewrites `hf://` to the Hub's endpoint and lets another backend read."""

    def __init__(self, through: Backend, endpoint: str, token: str | None) -> None:
        self._through = through
        self._endpoint = endpoint.rstrip("/")
        self._token = token

    def _open(
        self, address: Address, start: int, stop: int | None, validators: Validators
    ) -> Reply:
        url = resolve_url(address.url, self._endpoint)
        inner = Address(url=url, token=address.token or self._token)
        return self._through.open(inner, start, stop, validators)


def resolve_url(url: str, endpoint: str) -> str:
    """Return where a Hub file is served: ``hf://datasets/owner/name@rev/path``.

    Raises:
        SourceError: if the URL is not of that form.

    """
    kind, _, rest = url.removeprefix("hf://").partition("/")
    if kind not in _KINDS:
        kind, rest = "models", f"{kind}/{rest}"
    owner, _, rest = rest.partition("/")
    name, _, path = rest.partition("/")
    name, _, revision = name.partition("@")
    if not (owner and name and path):
        raise SourceError(
            f"{redact(url)}: is not of the form hf://datasets/owner/name@rev/path"
        )
    prefix = "" if kind == "models" else f"{kind}/"
    # A manifest's URL has its spaces escaped: they must not be escaped once more.
    pin = quote(unquote(revision) or "main", safe="")
    place = quote(unquote(path))
    return f"{endpoint}/{prefix}{owner}/{name}/resolve/{pin}/{place}"
