"""From what a source says to the draft of a manifest, with remarks.

Laws, each a test: a draft validates; it has no checksum that the source did not state,
or that was not computed, for that very file; a license that is not wholly understood
is not declared, and one that nobody read where it is said is claimed as unverified.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lemm_catalog.model.draft import Draft, Found, Remark, Wanted
from lemm_catalog.model.license import LicenseFacts
from lemm_catalog.model.source import redact, remote_url
from lemm_catalog.rules.citing import entries_of, entry_of_dataset
from lemm_catalog.rules.drafting_files import files_of
from lemm_catalog.rules.drafting_license import license_of
from lemm_catalog.rules.drafting_phase import shelf_of
from lemm_catalog.rules.media import ARCHIVES, UNKNOWN, media_of_name, media_of_words

MOST_SUMMARY = 160
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", re.A)
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.A)
_SENTENCE = re.compile(r"(.{20,}?[.!?])(?:\s+(?![a-z0-9])|$)")


def draft_of(found: Found, wanted: Wanted, facts: Mapping[str, LicenseFacts]) -> Draft:
    """Return the draft of a manifest; it has no files if none of them can be used."""
    title = _line(found.title or found.name or "Untitled", 200)
    name = wanted.id or id_of(found.name or found.title)
    files, said_of_files = files_of(found.files)
    license_, said_of_license = license_of(found, title, wanted.day, facts)
    media, said_of_media = _media(found)
    manifest: dict[str, Any] = {"schema_version": 1, "id": name, "title": title}
    manifest["summary"] = _summary(found, title)
    if page := _page(found):
        manifest["homepage"] = page
    if found.version:
        manifest["version"] = _line(found.version, 100)
    tasks = _tasks(found, wanted.tasks)
    manifest |= {"phase": _phase(found, wanted), "priority": 1, "tasks": tasks}
    if languages := [one for one in found.languages if _LANGUAGE.fullmatch(one)]:
        manifest["languages"] = languages[:100]
    manifest |= {"format": {"media": media}, "license": license_, "files": files}
    citation, said_of_citation = _citation(found, name, title)
    manifest["citation"] = citation
    remarks = [*_to_judge(found, wanted, name), *_to_unpack(files)]
    remarks += [*said_of_license, *said_of_media]
    remarks += [*said_of_citation, *found.remarks, *said_of_files]
    return Draft(name, manifest, tuple(dict.fromkeys(map(_tidy, remarks))))


def id_of(text: str) -> str:
    """Return the id that comes of a name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:60].strip("-") or "untitled"


def _to_judge(found: Found, wanted: Wanted, name: str) -> list[Remark]:
    """Return what no source tells."""
    remarks = [Remark("priority", "1 is the least; 5 is pulled first", "judge")]
    if wanted.id is None:
        remarks.insert(0, Remark("id", f"is {name} a good one? --id sets it", "judge"))
    if not wanted.is_phase_chosen:
        remarks.insert(0, _of_phase(found, wanted))
    if _tasks(found, wanted.tasks) == ["unknown"]:
        words = ", ".join(found.keywords[:12])
        text = f"what is it for? its keywords: {words}" if words else "what is it for?"
        remarks.append(Remark("tasks", text, "judge"))
    text = "read it: one line that says what and how much" if found.description else ""
    remarks.append(Remark("summary", text or "the source has none; write it", "judge"))
    return remarks


def _to_unpack(files: Iterable[Mapping[str, Any]]) -> list[Remark]:
    """Return what a person has to say of archives."""
    packed = [one for one in files if _is_archive(one["path"]) and "unpack" not in one]
    if not packed:
        return []
    text = f"is {packed[0]['path']} to be unpacked? then: unpack, with size.unpacked"
    return [Remark("files", text, "judge")]


def _phase(found: Found, wanted: Wanted) -> str:
    if wanted.is_phase_chosen:
        return wanted.phase
    guess = shelf_of(found)
    return guess if guess in wanted.shelves else wanted.phase


def _of_phase(found: Found, wanted: Wanted) -> Remark:
    phase = _phase(found, wanted)
    why = "by its words" if shelf_of(found) == phase else "nothing tells a better one"
    text = f"{phase} is a guess, {why}; --phase sets it"
    return Remark("phase", text, "judge")


def _tidy(remark: Remark) -> Remark:
    """Return a remark that fits on a line; what it quotes is a stranger's."""
    return remark._replace(where=_line(remark.where, 200), text=_line(remark.text, 600))


def _line(text: str, most: int) -> str:
    """Return a text on one line, cut at a word if it is too long."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain or "?"
    cut = plain[: most - 1]
    head, _, _ = cut.rpartition(" ")
    return f"{head if len(head) > most // 2 else cut}…"


def _summary(found: Found, title: str) -> str:
    text = " ".join(found.description.split())
    if not text:
        return _line(title, MOST_SUMMARY)
    sentence = _SENTENCE.match(text)
    fits = sentence and len(sentence[1]) <= MOST_SUMMARY
    return sentence[1] if sentence and fits else _line(text, MOST_SUMMARY)


def _page(found: Found) -> str:
    for url in (found.page, f"https://doi.org/{found.doi}" if found.doi else ""):
        try:
            return remote_url(url) if len(url) <= 1000 else ""
        except ValueError:
            continue
    return ""


def _tasks(found: Found, known: Collection[str]) -> list[str]:
    """Return what a dataset is for: as the source says, or as its keywords do."""
    fit = [one for one in found.tasks if len(one) <= 64 and _KEBAB.fullmatch(one)]
    words = ("-".join(one.lower().split()) for one in found.keywords)
    said = fit or list(dict.fromkeys(one for one in words if one in known))
    return said[:20] or ["unknown"]


def _is_archive(name: str) -> bool:
    return media_of_name(name) in ARCHIVES


def _media(found: Found) -> tuple[list[str], list[Remark]]:
    """Return the media types, what lies in archives before the archives."""
    said = [media_of_words(one) for one in found.media]
    for file in found.files:
        by_name = media_of_name(file.name)
        stated = [media_of_words(one) for one in file.media]
        said += [by_name] if by_name else stated
    known = dict.fromkeys(one for one in said if one and one != UNKNOWN)
    inside = [one for one in known if one not in ARCHIVES]
    opened = {media_of_name(one.name) for one in found.files if one.is_opened}
    packed = [one for one in known if one in ARCHIVES]
    # What is taken out of an archive counts, and no longer the archive.
    media = [*inside, *(one for one in packed if one not in opened or not inside)]
    if not media:
        return [UNKNOWN], [Remark("format", "no name tells what these files are")]
    if not inside:
        text = "name what lies inside the archives, not the archives"
        return media, [Remark("format", text, "judge")]
    return media, []


def _citation(found: Found, name: str, title: str) -> tuple[str, list[Remark]]:
    """Return BibTeX: what the source gives, or else what comes of its facts."""
    if text := found.citation.strip():
        try:
            entries_of(text)
        except ValueError as error:
            if text.startswith("@"):
                said = f"the source's is no well-formed BibTeX ({error})"
                return _entry(found, name, title), [Remark("citation", said)]
        else:
            return text + "\n", []
        remark = Remark("citation", f"the source wants to be cited so: {text}", "judge")
        return _entry(found, name, title), [remark]
    return _entry(found, name, title), []


def _entry(found: Found, name: str, title: str) -> str:
    authors = " and ".join(_one_name(one) for one in found.authors[:50])
    address = f"https://doi.org/{found.doi}" if found.doi else _page(found)
    facts = {
        "author": authors[:4000] or None,
        "year": found.year if re.fullmatch(r"[12]\d{3}", found.year) else None,
        "publisher": _line(found.publisher, 200) if found.publisher else None,
        "version": _line(found.version, 100) if found.version else None,
        "doi": found.doi[:200] or None,
        "url": redact(address) if address else None,
    }
    entry = entry_of_dataset(name, title, facts)
    return f"@{entry.kind}{{{entry.key}{entry.rest}\n"


def _one_name(author: str) -> str:
    """Return a name that BibTeX does not take for several."""
    plain = _line(author, 200)
    return f"{{{plain}}}" if " and " in plain.lower() and "{" not in plain else plain
