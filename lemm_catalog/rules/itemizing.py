"""What a policy makes of each item of a dataset, by the table that names its license.

Laws, each a test: an item without a row, without a license, or with one that nobody
can read is never `allowed`; of two rows for one path the graver counts; more rows
never turn an item into `allowed`; the mark is another as soon as the table, the way
it is read, or a decision about one of its spellings is another.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from zlib import crc32

from lemm_catalog.errors import SourceError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.item_path import placer
from lemm_catalog.model.item_table import Credited, ItemRow, ItemTable
from lemm_catalog.model.receipt import Chosen, Selection
from lemm_catalog.model.tally import Said, Share, Spelled, Tally
from lemm_catalog.model.verdict import Decision, Verdict
from lemm_catalog.rules import licensing
from lemm_catalog.rules.verdicts import RANK, worst
from lemm_catalog.rules.wording.reading import Reader, judge_reading
from lemm_catalog.sizes import format_decimal

Judge = Callable[[str], Said]

DECISIONS: tuple[Decision, ...] = ("allowed", "review", "denied")
# Nobody has more; who does has named a column that is not one of licenses.
_MOST_SPELLINGS = 5_000
_MOST_SPELLING = 1_000
_MOST_ITEMS = 20_000_000


def judging(table: ItemTable, reader: Reader, by: licensing.Judge) -> Judge:
    """Return what judges the spellings of a table under a policy.

    A spelling is looked up in the manifest's own words first, and read then.
    """
    words = dict(table.words)

    @cache
    def judge(spelling: str) -> Said:
        if not spelling:
            return Said("", None, "review", "the table names no license")
        if not spelling.isprintable() or len(spelling) > _MOST_SPELLING:
            shown = fit_to_show(spelling)
            return Said(shown, None, "review", "the text is no license that is known")
        if expression := words.get(spelling):
            verdict = by.expression(expression)
        else:
            reading = reader.read(spelling)
            verdict = judge_reading(reading, by)
            # While there are doubts, what it names is not what it is under.
            expression = None if reading.doubts else reading.expression
        reason = "; ".join(verdict.reasons)
        return Said(spelling, expression, verdict.decision, reason)

    return judge


def fit_to_show(text: str) -> str:
    """Return a text of a table as one that can be shown and kept."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in text[:80])
    # Two texts of one beginning are two.
    return f"{clean}… ({crc32(text.encode('utf-8', 'replace')):08x})"


class Decided:
    """What was decided about the items of a table, row by row.

    Of each item just a number is kept: a hundred thousand take a few megabytes.
    """

    def __init__(self, table: ItemTable, judge: Judge) -> None:
        self._judge = judge
        self._place = placer(table.path)
        self._numbers: dict[str, int] = {}
        self._of: dict[str, int] = {}
        self.said: list[Said] = []
        self.unplaced = 0
        self.repeated = 0

    def add(self, row: ItemRow) -> None:
        """Add what the table says of one item.

        Raises:
            SourceError: if these are more than any dataset can have.

        """
        number = self._number(" ".join(row.license.split()))
        try:
            path = self._place(row.key)
        except ValueError:
            self.unplaced += 1
            return
        known = self._of.setdefault(path, number)
        if known != number:
            self.repeated += 1
            if RANK[self.said[number].decision] > RANK[self.said[known].decision]:
                self._of[path] = number
        if len(self._of) > _MOST_ITEMS:
            raise SourceError(f"the table has more than {_MOST_ITEMS} items")

    def _number(self, spelling: str) -> int:
        number = self._numbers.get(spelling)
        if number is None:
            number = self._numbers[spelling] = len(self.said)
            if number >= _MOST_SPELLINGS:
                raise SourceError(
                    f"the table names more than {_MOST_SPELLINGS} different licenses",
                    mend="is this the column of licenses?",
                )
            self.said.append(self._judge(spelling))
        return number

    def __len__(self) -> int:
        return len(self._of)

    def of(self, path: str) -> Said | None:
        """Return what is said of the item at a path; None if no row has it."""
        number = self._of.get(path)
        return None if number is None else self.said[number]

    def credit(self, row: ItemRow) -> Credited | None:
        """Return the credit of a row, if it has a place and says what counts there."""
        try:
            path = self._place(row.key)
        except ValueError:
            return None
        number = self._numbers.get(" ".join(row.license.split()))
        if number is None or self._of.get(path) != number:
            return None
        said = self.said[number]
        license_ = said.expression or said.spelling
        return Credited(path, row.title, row.author, license_, row.url)

    def tally(
        self, part: str | None, policy: str, sizes: Mapping[str, int] | None
    ) -> Tally:
        """Return the items counted; ``sizes`` has the bytes of those that are known."""
        counts = Counter(self._of.values())
        bytes_: dict[Decision, int | None] = dict.fromkeys(DECISIONS, 0)
        for path, number in self._of.items():
            decision = self.said[number].decision
            size, before = (sizes or {}).get(path), bytes_[decision]
            bytes_[decision] = None if size is None or before is None else before + size
        items = Counter[Decision]()
        for number, count in counts.items():
            items[self.said[number].decision] += count
        items["review"] += self.unplaced
        if self.unplaced:
            bytes_["review"] = None
        spelled = (Spelled(said, counts[n]) for n, said in enumerate(self.said))
        ordered = sorted(spelled, key=lambda one: (-one.items, one.said.spelling))
        return Tally(
            part=part,
            policy=policy,
            shares=tuple(Share(d, items[d], bytes_[d]) for d in DECISIONS),
            spellings=tuple(ordered),
            unplaced=self.unplaced,
            repeated=self.repeated,
        )


def selection_of(
    decided: Decided, members: Mapping[str | None, int], policy: str, table: str
) -> Selection:
    """Return what a receipt keeps of a choice; ``members`` were seen, by spelling.

    None counts those that no row speaks of; ``table`` is the digest of the table.
    """
    words = [
        Chosen(said.spelling, said.expression, said.decision, members[said.spelling])
        for said in decided.said
    ]
    words.sort(key=lambda one: (-one.members, one.spelling))
    return Selection(
        policy=policy, table=table, unlisted=members[None], words=tuple(words)
    )


def mark_of(table: ItemTable, digest: str, said: Iterable[tuple[str, str]]) -> str:
    """Return what stands for a choice: sixteen hexadecimal digits.

    ``digest`` is of what brings the table, ``said`` has each spelling and decision.
    """
    import hashlib  # by need: a plan without such a choice has no use of it

    way = table._replace(words=(), title=None, author=None, url=None)
    text = json.dumps([digest, way, sorted(said)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def mark_today(
    table: ItemTable, digest: str, selection: Selection, judge: Judge
) -> str:
    """Return the mark that the spellings of an earlier choice come to today."""
    words = (judge(one.spelling) for one in selection.words)
    return mark_of(table, digest, ((one.spelling, one.decision) for one in words))


def digest_of(artifact: Artifact) -> str:
    """Return the digest that the manifest pins of what brings a table."""
    return str(artifact.digests[0]) if artifact.digests else ""


def with_items(verdict: Verdict, tally: Tally) -> Verdict:
    """Return the verdict on a part whose items were counted.

    It is no better than that on any item, nor than that on the whole.
    """
    present = [share for share in tally.shares if share.items] or [tally.shares[1]]
    gravest = max(present, key=lambda share: RANK[share.decision])
    reason = f"of {tally.items:,} items: {', '.join(map(_counted, tally.shares))}"
    return worst([verdict, Verdict(decision=gravest.decision, reasons=(reason,))])


def _counted(share: Share) -> str:
    size = f" ({format_decimal(share.bytes)})" if share.items and share.bytes else ""
    return f"{share.items:,} {share.decision}{size}"
