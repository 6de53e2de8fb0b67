"""Croissant 1.0: a JSON-LD document for each dataset, as MLCommons describes it.

It says nothing of creators and days that no manifest knows. A second URL of a file is
its `sameAs`, since `contentUrl` is one.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from lemm_catalog.model.export import Exported, ExportedFile, Form
from lemm_catalog.render.data import dumped
from lemm_catalog.render.exports.base import Kind, clean, description, tokens, unpacked

_VERSION = "http://mlcommons.org/croissant/1.0"
# The context that the specification recommends, all of it: readers compare the keys.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_FORM = Form(
    name="Croissant",
    algorithms={"sha256": "sha256", "md5": "md5"},
    neighbors=re.compile(r".+"),
    needs_files=True,
)
# The names by which Croissant's readers know what they can open, packed or not.
_TAR = re.compile(r".+\.(tar(\.\w+)?|tgz)", re.I)
_OWN_NAMES = {"application/vnd.apache.parquet": "application/x-parquet"}


def _render(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give the document of each dataset."""
    for one in datasets:
        yield dumped(_dataset(one))


def _dataset(one: Exported) -> dict[str, Any]:
    known = {
        "name": clean(one.title),
        "identifier": one.id,
        "description": description(one),
        "url": one.homepage,
        "version": one.version,
        "license": _license(one),
        "creditText": "; ".join(one.credits),
        "citeAs": one.citation,
        "keywords": one.keywords,
        "inLanguage": one.languages,
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _VERSION,
        **{key: value for key, value in known.items() if value},
        "isLiveDataset": False,
        "distribution": [node for file in one.files for node in _nodes(one, file)],
    }


def _license(one: Exported, index: int | None = None) -> list[str]:
    """Return URLs of license texts; before them what no single URL says."""
    chosen = one.licenses if index is None else one.licenses[index : index + 1]
    found: list[str] = []
    for license_ in chosen:
        if not license_.is_simple:
            found.append(license_.expression)
        found += [named.url for named in license_.named if named.url]
    return list(dict.fromkeys(found))


def _nodes(one: Exported, file: ExportedFile) -> Iterator[dict[str, Any]]:
    # An @id is a URI, so that a path is quoted; quoted, none has a # of its own.
    id_ = quote(file.path)
    urls = [place.url for place in file.places]
    first, *others = [*urls, *filter(None, [file.neighbor])]
    known = {
        "description": " ".join(tokens(file)),
        "sameAs": others,
        "license": _license(one, file.license) if len(one.licenses) > 1 else None,
    }
    yield {
        "@type": "cr:FileObject",
        "@id": id_,
        "name": file.path,
        "contentUrl": first,
        "contentSize": f"{file.size} B",
        "encodingFormat": _encoding(file),
        **{digest.algorithm: digest.value for digest in file.digests},
        **{key: value for key, value in known.items() if value},
    }
    if file.is_unpacked:
        yield {
            "@type": "cr:FileSet",
            "@id": f"{id_}#members",
            "name": f"members of {file.path}",
            "containedIn": {"@id": id_},
            "encodingFormat": list(one.media),
            # Not "*": that is the folder as well to those who match it with paths.
            "includes": "*.*",
            # Without it nobody knows what an archive comes to.
            **({"contentSize": unpacked(file)} if file.unpacked else {}),
        }


def _encoding(file: ExportedFile) -> str:
    if _TAR.fullmatch(file.path):
        return "application/x-tar"
    return _OWN_NAMES.get(file.media, file.media)


KIND = Kind(form=_FORM, render=_render, own_file="croissant.json")
