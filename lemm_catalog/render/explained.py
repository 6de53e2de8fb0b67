"""What a license text means, as text and as JSON."""

from lemm_catalog.model.plain import plain
from lemm_catalog.model.reading import Explained
from lemm_catalog.render.data import to_json
from lemm_catalog.render.lines import wrapped


def explained_text(explained: Explained, policy: str, width: int) -> str:
    """Return the verdict of a policy on a text, what it rests on, and why."""
    expression = explained.expression or "no SPDX expression"
    lines = [f"{explained.verdict} ({policy}): {expression}"]
    for heading, words in (
        ("permits", explained.permits),
        ("requires", explained.requires),
        ("forbids", explained.forbids),
    ):
        said = ", ".join(word.replace("-", " ") for word in words) or "nothing certain"
        lines.append(wrapped(said, width, first=f"  {heading:<9} "))
    lines += [wrapped(reason, width, first="  - ") for reason in explained.reasons]
    return "\n".join(lines)


def explained_json(explained: Explained) -> str:
    """Return the same as JSON with its schema name."""
    return to_json("license", plain(explained))
