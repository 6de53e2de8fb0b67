"""Asking, and whether a reply may go on with what is here: told from its head."""

from lemm_catalog.backends.address import Address, Validators
from lemm_catalog.backends.base import Backend, RangeRefusedError
from lemm_catalog.backends.reply import Reply
from lemm_catalog.errors import WrongBytesError
from lemm_catalog.transfer.growing import Growing


class WrongSizeError(WrongBytesError):
    """A source is not of the declared size; what is here already is not to blame."""


def ask(
    backend: Backend,
    address: Address,
    size: int,
    start: int,
    stop: int | None,
    known: Validators,
) -> Reply:
    """Open a part, or all, of a content that is of the declared size.

    Raises:
        RangeRefusedError: if it is another part than was asked for.
        WrongSizeError: if the content is of another size.
        SourceError: if the source fails.

    """
    try:
        reply = backend.open(address, start, stop, known)
    except RangeRefusedError as error:
        if error.total in {None, size}:
            raise
        wrong = _wrong_size(address.shown, error.total or 0, size)
        wrong.is_doubtful = error.is_doubtful
        raise wrong from error
    is_part = start > 0 or stop is not None
    try:
        _check_total(reply, size, (stop or size) - start if is_part else None)
    except WrongBytesError as error:
        error.is_doubtful = reply.is_reused
        raise
    return reply


def _check_total(reply: Reply, size: int, asked: int | None) -> None:
    """See what the source says of the size; ``asked`` is the length of a part."""
    if reply.total is None or reply.total == size:
        return
    reply.close()
    shown = reply.address.shown
    if reply.is_whole and reply.total == asked:
        raise RangeRefusedError(f"{shown}: calls a part the whole")
    is_page = "html" in reply.content_type.lower()
    raise _wrong_size(shown, reply.total, size, is_page=is_page)


def _wrong_size(
    shown: str, found: int, size: int, *, is_page: bool = False
) -> WrongSizeError:
    what = "answers with a web page of" if is_page else "has"
    return WrongSizeError(
        f"{shown}: {what} {found:,} bytes, the manifest says {size:,}"
    )


def check_unchanged(known: Validators, reply: Reply) -> None:
    """See that a part is of the content that is known.

    Raises:
        RangeRefusedError: if it is not; the reply is closed.

    """
    if not reply.is_whole and known.contradict(reply.validators):
        reply.close()
        shown = reply.address.shown
        raise RangeRefusedError(f"{shown}: the content changed on the way")


def check_end(reply: Reply, size: int) -> None:
    """See that a source that does not tell its size has no more than declared.

    Raises:
        WrongBytesError: if it has.

    """
    if reply.total is None and reply.readinto(memoryview(bytearray(1))):
        shown = reply.address.shown
        raise WrongBytesError(f"{shown}: has more than {size:,} bytes")


def known_validators(part: Growing, url: str) -> Validators:
    """Return what this very URL said of the bytes that are here."""
    origin = part.origin
    if not part.done or origin is None or origin.url != url:
        return Validators()
    return Validators(etag=origin.etag, last_modified=origin.last_modified)
