"""The formats a selection can be exported in."""

from lemm_catalog.render.exports import aria2, croissant, datapackage, metalink, urls
from lemm_catalog.render.exports.base import Kind

FORMATS: dict[str, Kind] = {
    "croissant": croissant.KIND,
    "datapackage": datapackage.KIND,
    "aria2": aria2.KIND,
    "metalink": metalink.KIND,
    "urls": urls.KIND,
}
TABLE = urls.TABLE
