"""All that is known of one dataset, as text."""

from collections.abc import Iterator, Sequence

from lemm_catalog.model.listing import Listed
from lemm_catalog.model.manifest import File, Manifest, UnpackedSize, bytes_of
from lemm_catalog.model.terms import Demand
from lemm_catalog.render.lines import wrapped
from lemm_catalog.sizes import format_size


def show_text(
    manifest: Manifest, listed: Listed, width: int, asks: Sequence[Demand] = ()
) -> str:
    """Return all that is known of one dataset, with what it asks to agree to."""
    rows = [*_facts(manifest, listed), *map(_asked, asks)]
    facts = "\n".join(
        wrapped(text, width, first=f"{name:<12}") for name, text in rows if text
    )
    blocks = [f"{manifest.title} ({manifest.id})", wrapped(manifest.summary, width)]
    blocks += [facts, _files(manifest, width)]
    if manifest.layout:
        blocks.append("layout\n" + _indented(manifest.layout))
    if manifest.notes:
        notes = [wrapped(note, width, first="  - ") for note in manifest.notes]
        blocks.append("\n".join(["notes", *notes]))
    if manifest.citation:
        blocks.append("citation\n" + _indented(manifest.citation))
    return "\n\n".join(blocks)


def _facts(manifest: Manifest, listed: Listed) -> Iterator[tuple[str, str]]:
    yield "homepage", manifest.homepage or ""
    yield "version", manifest.version or ""
    yield "phase", f"{manifest.phase}, priority {listed.priority}"
    if manifest.status.state != "active":
        yield "status", f"{manifest.status.state}: {manifest.status.reason}"
    yield "tasks", ", ".join(manifest.tasks)
    yield "languages", ", ".join(manifest.languages)
    yield "format", _format(manifest)
    yield "download", format_size(listed.download_bytes)
    yield "unpacked", _unpacked(manifest.size)
    yield "license", listed.license
    yield "commercial", listed.commercial
    for reason in listed.reasons:
        yield "", f"- {reason}"
    yield "credit", manifest.license.attribution or ""
    for claim in manifest.license.claims:
        note = f": {claim.note}" if claim.note else ""
        yield "claim", f"{claim.expression} ({claim.seen}) {claim.url}{note}"
    yield "here", listed.state


def _asked(demand: Demand) -> tuple[str, str]:
    where = f" ({demand.url})" if demand.url else ""
    return "asks", f"{demand.terms}{where}; agree with --accept {demand.ids[0]}"


def _format(manifest: Manifest) -> str:
    found = manifest.format
    parts = [", ".join(found.media)]
    if found.sample_rate:
        parts.append(f"{found.sample_rate} Hz")
    if found.channels:
        parts.append("mono" if found.channels == 1 else f"{found.channels} channels")
    if found.bit_depth:
        parts.append(f"{found.bit_depth} bit")
    return "; ".join(parts)


def _unpacked(size: UnpackedSize) -> str:
    count = bytes_of(size.unpacked)
    if count is None:
        return ""
    about = "" if isinstance(size.unpacked, int) else "about "
    members = f", {size.members:,} files" if size.members else ""
    return f"{about}{format_size(count)}{members}"


def _files(manifest: Manifest, width: int) -> str:
    lines = ["files"]
    for file in manifest.files:
        size = bytes_of(file.size)
        shown = format_size(size) if size is not None else "size not known"
        if size is not None and not isinstance(file.size, int):
            shown = f"about {shown}"
        part = f", part {file.part}" if file.part else ""
        unpack = ", unpacked" if file.unpack else ""
        lines.append(wrapped(f"{file.path}  {shown}{part}{unpack}", width, first="  "))
        lines += [f"    {line}" for line in _origins(file)]
    return "\n".join(lines)


def _origins(file: File) -> Iterator[str]:
    for source in file.source:
        yield f"from {source.shown}"
    for digest in file.digests:
        weak = "" if digest.is_strong else " (weak)"
        yield f"{digest}{weak}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())
