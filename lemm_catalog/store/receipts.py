"""Receipts and what is derived from them: the summary in the guide's shape."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError, field_validator

from lemm_catalog.model.base import Value
from lemm_catalog.model.lock import Timestamp
from lemm_catalog.model.receipt import Receipt, ReceivedArtifact
from lemm_catalog.store.files import local_errors, write_atomically
from lemm_catalog.store.layout import Layout

Model = TypeVar("Model", bound=Value)


class Verification(Value):
    """What a verification found of each artifact that does not count any more.

    ``verified`` is None where nobody looked: the artifact is merely to be renewed.
    """

    verified: Timestamp | None
    quick: bool
    damaged: dict[str, tuple[str, ...]]

    @field_validator("damaged", mode="before")
    @classmethod
    def _as_tuples(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}

    def reasons(self) -> Iterator[tuple[str, str]]:
        """Give each artifact that is not whole, with the reason in words."""
        for path, files in self.damaged.items():
            if self.verified is None:
                yield path, "it is to be fetched anew"
            else:
                more = f" and {len(files) - 1} more" if len(files) > 1 else ""
                yield path, f"{files[0] if files else path}{more} is damaged"


@dataclass(frozen=True)
class Unreadable:
    """A state file that makes no sense, with the reason in words."""

    path: Path
    reason: str


def read_receipt(path: Path) -> Receipt | Unreadable | None:
    """Return a receipt; None if there is none."""
    return _read(path, Receipt)


def read_verification(path: Path) -> Verification | None:
    """Return the findings of the last verification, if they can be read."""
    found = _read(path, Verification)
    return found if isinstance(found, Verification) else None


def read_record(path: Path) -> ReceivedArtifact | None:
    """Return the record of a staged artifact, if it can be read."""
    found = _read(path, ReceivedArtifact)
    return found if isinstance(found, ReceivedArtifact) else None


def to_json(value: Value) -> str:
    """Return a value as the JSON its schema describes."""
    return value.model_dump_json(by_alias=True, indent=1) + "\n"


def write_summary(layout: Layout, receipts: list[Receipt]) -> None:
    """Write ``dataset_status.json``, the summary people know from the guide.

    Raises:
        LocalError: if the disk does not let it.

    """
    downloaded: dict[str, Any] = {
        receipt.id: {
            "name": receipt.title,
            "path": str(layout.dataset(receipt.id)),
            "size_gb": round(receipt.bytes_on_disk / 1e9, 3),
            "license": receipt.license,
            "downloaded_at": receipt.completed,
        }
        for receipt in sorted(receipts, key=lambda receipt: receipt.id)
    }
    summary = {
        "downloaded": downloaded,
        "downloaded_size_gb": round(sum(r.bytes_on_disk for r in receipts) / 1e9, 3),
    }
    path = layout.root / "dataset_status.json"
    write_atomically(path, json.dumps(summary, indent=2, ensure_ascii=False) + "\n")


def _read(path: Path, model: type[Model]) -> Model | Unreadable | None:
    try:
        if not path.is_file():
            return None
        with local_errors(path):
            text = path.read_text(encoding="utf-8")
        return model.model_validate_json(text)
    except (UnicodeDecodeError, ValidationError) as error:
        return Unreadable(path, str(error).splitlines()[0])
