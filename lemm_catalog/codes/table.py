"""All codes, in the order of their page."""

from lemm_catalog.codes.base import Code
from lemm_catalog.codes.bytes import BYTES
from lemm_catalog.codes.changing import CHANGING
from lemm_catalog.codes.reading import READING
from lemm_catalog.codes.shape import SHAPE
from lemm_catalog.codes.terms import TERMS

CHAPTERS = {
    "Files that cannot be read": READING,
    "Shape and names": SHAPE,
    "Sources, digests and sizes": BYTES,
    "Licenses": TERMS,
    "Between two states (`diff`)": CHANGING,
}
CODES: dict[str, Code] = {
    code.name: code for codes in CHAPTERS.values() for code in codes
}
