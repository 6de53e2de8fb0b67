"""The token that the Hub's own client keeps on this machine."""

from pathlib import Path

from lemm_catalog.errors import SourceError

_MOST = 4096


def read_token(path: Path) -> str | None:
    """Return the token in a file; None if there is none.

    Raises:
        SourceError: if what lies there can be no token.

    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST)
    except OSError:
        return None
    text = raw.decode("latin-1").replace("\r", "").replace("\n", "").strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise SourceError(
            f"{path}: holds no token of the Hub", mend="run `hf auth login` again"
        )
    return text or None
