"""Metalink 4 (RFC 5854): each file with its size, digests and mirrors by rank."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from lemm_catalog.model.export import Exported, ExportedFile, Form
from lemm_catalog.render.exports.base import HASHES, ONE_LINE, TOOL, Kind, clean, tokens

_FORM = Form(
    name="Metalink",
    algorithms=HASHES,
    paths=ONE_LINE,
)


def _render(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give the lines; each dataset has a folder of its own."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<metalink xmlns="urn:ietf:params:xml:ns:metalink">'
    yield f"  <generator>{escape(TOOL.replace(' ', '/'))}</generator>"
    for one in datasets:
        for file in one.files:
            yield from _file(one, file)
    yield "</metalink>"


def _file(one: Exported, file: ExportedFile) -> Iterator[str]:
    yield f"  <file name={quoteattr(f'{one.id}/{file.path}')}>"
    license_ = one.licenses[file.license].expression
    texts = {
        "identity": one.title,
        "version": one.version,
        "description": " ".join(tokens(file)),
        "copyright": "; ".join([license_, *one.credits]),
    }
    for tag, text in texts.items():
        if text:
            yield f"    <{tag}>{escape(clean(text))}</{tag}>"
    if site := one.homepage and urlsplit(one.homepage).hostname:
        yield f"    <publisher name={quoteattr(site)} url={quoteattr(one.homepage)}/>"
    yield f"    <size>{file.size}</size>"
    for digest in file.digests:
        kind = HASHES[digest.algorithm]
        yield f'    <hash type="{kind}">{digest.value}</hash>'
    for rank, place in enumerate(file.places, start=1):
        yield f'    <url priority="{rank}">{escape(place.url)}</url>'
    yield "  </file>"


KIND = Kind(form=_FORM, render=_render)
