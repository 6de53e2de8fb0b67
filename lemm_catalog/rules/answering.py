"""What an answer of a source means, next to the manifest and to what it said before."""

from lemm_catalog.model.probe import Answer, ProbeState, Seen

_GONE = frozenset({404, 410})
_REFUSED = frozenset({401, 403, 407, 451})
_BUSY = frozenset({429, 503})


def judged(
    answer: Answer, size: int | None, seen: Seen | None, *, is_page: bool = False
) -> tuple[ProbeState, str]:
    """Return a state and the reason for it.

    ``size`` is what the manifest or its lock pins; ``seen`` what this very source said
    before; ``is_page`` tells that a web page is what the manifest wants.
    """
    if answer.is_private:
        return "private", answer.error or "is on a private address"
    if answer.error is not None:
        return _of_failure(answer.status), answer.error
    if answer.content_type.lower().startswith("text/html") and not is_page:
        return "changed", "answers with a web page in place of the file"
    if size is not None and answer.total is not None and answer.total != size:
        return "changed", f"has {answer.total:,} bytes, and {size:,} are pinned"
    if seen and (words := _other_version(answer, seen)):
        return "changed", words
    if answer.total is None:
        return "fine", "answers, and does not say how large it is"
    return "fine", "" if size is not None else "its exact size is not pinned"


def _of_failure(status: int | None) -> ProbeState:
    if status in _GONE:
        return "gone"
    if status in _REFUSED:
        return "refused"
    return "busy" if status in _BUSY else "unreachable"


def _other_version(answer: Answer, seen: Seen) -> str:
    """Return what tells of another version than was seen; servers differ in tags.

    A date that stayed outweighs a tag: many servers make one of their own inode.
    """
    tags = _strong(seen.etag), _strong(answer.etag)
    dates = seen.last_modified, answer.last_modified
    if None not in dates:
        if dates[0] == dates[1]:
            return ""
        if None in tags or tags[0] != tags[1]:
            return f"was modified {dates[1]}, and {dates[0]} when last seen"
        return ""
    if None not in tags and tags[0] != tags[1]:
        return f"has the ETag {tags[1]}, and {tags[0]} when last seen"
    return ""


def _strong(tag: str | None) -> str | None:
    return tag.removeprefix("W/") if tag else None
