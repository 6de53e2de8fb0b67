"""Takes out of words what a page that anybody may read must not show."""

import re

# A signed URL carries its signature behind the question mark, others a password.
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"'<>)]+=[^\s\"'<>)]*")
_USER = re.compile(r"(?<=://)[^/\s@]+@")
# What the Hub's tokens, and bearers of any kind, look like.
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{8,}|(?i:\bbearer )\S+")


def redacted(text: str) -> str:
    """Return words without queries of URLs, users in them, and tokens."""
    text = _QUERY.sub("?…", _USER.sub("", text))
    return _TOKEN.sub("…", text)
