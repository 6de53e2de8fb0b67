"""An article of figshare."""

from typing import Any

from lemm_catalog.harvest.base import Gathering, Source
from lemm_catalog.harvest.values import (
    digest_of,
    listed,
    mapping,
    prose_of,
    text_of,
    texts_of,
    url_of,
    without_tags,
)
from lemm_catalog.model.draft import Found


def is_record(document: Any) -> bool:
    """Whether a document has the form of an article."""
    article = mapping(document)
    return "url_public_html" in article or "defined_type_name" in article


def read(document: Any, source: Source) -> Found:
    """Return what an article says."""
    article, gathering = mapping(document), Gathering(source)
    for file in map(mapping, listed(article.get("files"))):
        name = text_of(file.get("name"))
        if file.get("is_link_only") is True:
            gathering.doubt(f"files ({name})", "left out: is a link to elsewhere")
            continue
        checksum = file.get("computed_md5") or file.get("supplied_md5")
        digest = digest_of("md5", checksum)
        url = url_of(file.get("download_url"))
        gathering.file(name, url, file.get("size"), [digest])
    license_ = mapping(article.get("license"))
    said = tuple(filter(None, (text_of(license_.get(key)) for key in ("name", "url"))))
    people = map(mapping, listed(article.get("authors")))
    return Found(
        title=text_of(article.get("title")),
        description=without_tags(prose_of(article.get("description"))),
        page=url_of(article.get("url_public_html")),
        read_at=source.url,
        is_record=True,
        version=text_of(article.get("version")),
        year=text_of(article.get("published_date"))[:4],
        publisher="figshare",
        doi=text_of(article.get("doi")),
        authors=tuple(filter(None, (text_of(one.get("full_name")) for one in people))),
        licenses=(said,) if said else (),
        keywords=texts_of(article.get("tags")),
        files=tuple(gathering.files),
        remarks=tuple(gathering.remarks),
    )
