"""The datasets of a Space as cards: a bar, figures, verdict, and what is in the way."""

from lemm_catalog.model.space import Space, SpaceDataset
from lemm_catalog.render.pages.html import joined, sentence, tag, text
from lemm_catalog.sizes import format_decimal

_STATES = {
    "queued": ("", "queued"),
    "fetching": ("busy", "fetching"),
    "unpacking": ("busy", "unpacking"),
    "verifying": ("busy", "verifying"),
    "publishing": ("busy", "publishing"),
    "present": ("good", "here"),
    "left-out": ("warn", "left out"),
    "refused": ("warn", "refused"),
    "failed": ("bad", "failed"),
}
_VERDICTS = {"allowed": "good", "review": "warn", "denied": "bad"}


def cards(space: Space) -> str:
    """Return the list of datasets."""
    if not space.datasets:
        return ""
    return tag(
        "section",
        tag("h2", "Datasets"),
        tag("ul", joined(map(_card, space.datasets)), class_="sets"),
    )


def share_of(space: Space) -> int:
    """Return how much of what is taken is here, in percent."""
    totals = space.totals
    return 100 * totals.done_bytes // max(totals.download_bytes, 1)


def count_of(count: int) -> str:
    """Return a number of datasets."""
    return "1 dataset" if count == 1 else f"{count:,} datasets"


def words_of_time(seconds: int | None) -> str:
    """Return a time that is left, no finer than it can be known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min left"
    hours = minutes / 60
    return (
        f"about {hours:.0f} h left"
        if hours < 48
        else f"about {hours / 24:.0f} days left"
    )


def _card(row: SpaceDataset) -> str:
    kind, name = _STATES[row.state]
    head = tag(
        "div",
        tag(
            "h3",
            text(row.title),
            " ",
            tag("span", tag("code", text(row.id)), class_="id"),
        ),
        tag(
            "div",
            tag(
                "span",
                "commercial use: ",
                tag("b", row.commercial),
                class_=f"chip verdict {_VERDICTS[row.commercial]}",
            ),
            tag("span", name, class_=f"chip {kind}".rstrip()),
            class_="chips",
        ),
        class_="row",
    )
    return tag("li", head, _bar(row), _note(row), class_=f"card is-{row.state}")


def _bar(row: SpaceDataset) -> str:
    if row.state in {"left-out", "refused"}:
        size = format_decimal(row.download_bytes)
        return tag("div", _facts(size, row.license), class_="figures")
    done, most, doing = _measure(row)
    bar = tag(
        "progress",
        f"{100 * done // max(most, 1)} %",
        value=str(done),
        max=str(max(most, 1)),
        aria_label=f"{row.title}: {doing}",
    )
    return bar + tag(
        "div",
        _facts(_amount(row, done, most), row.license),
        tag("span", text(_pace(row))),
        class_="figures",
    )


def _measure(row: SpaceDataset) -> tuple[int, int, str]:
    """Return what a bar measures: the download, and after it what follows."""
    if row.state in {"unpacking", "verifying"} and row.step_total:
        return row.step_done, row.step_total, _STATES[row.state][1]
    return row.done_bytes, row.download_bytes, _STATES[row.state][1]


def _amount(row: SpaceDataset, done: int, most: int) -> str:
    if row.state == "present":
        return f"{format_decimal(row.download_bytes)} fetched and verified"
    amount = f"{format_decimal(done)} of {format_decimal(most)}"
    if row.state in {"unpacking", "verifying"}:
        amount += f" {row.state[:-3]}ed" if row.state == "unpacking" else " verified"
    return amount


def _facts(amount: str, license_: str) -> str:
    return tag(
        "span", text(f"{amount} · "), tag("span", text(license_), class_="whole-word")
    )


def _pace(row: SpaceDataset) -> str:
    if row.state != "fetching" or not row.bytes_per_second:
        return ""
    speed = f"{format_decimal(row.bytes_per_second)}/s"
    return " · ".join(part for part in (speed, words_of_time(row.seconds_left)) if part)


def _note(row: SpaceDataset) -> str:
    if not row.reason:
        return ""
    mend = tag("span", " What helps: ", text(row.mend.rstrip(".")), ".", class_="mend")
    kind = "bad" if row.state == "failed" else "warn"
    words = text(sentence(row.reason).rstrip(".")) + "."
    return tag("p", words, mend if row.mend else "", class_=f"note of-{kind}")
