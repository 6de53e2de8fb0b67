"""Codes of what `diff` finds between two states of a catalog."""

from lemm_catalog.codes.base import Code

CHANGING = (
    Code(
        "digest-without-version",
        "error",
        "A file has other bytes, and the dataset's version is the same.",
        "Two people with one version would have different data.",
        "Raise version, or say in notes that the old digest was wrong.",
        'version: "2.1" in both, and another sha256',
    ),
    Code(
        "same-url-new-digest",
        "warning",
        "The same URL is said to give other bytes than before.",
        "Upstream replaced a release in place, or somebody replaced upstream.",
        "Ask upstream; name a URL that has the release in it.",
        "sha256: 9f86… becomes sha256: 80a0… at one URL",
    ),
    Code(
        "verdict-loosened",
        "warning",
        "Under the policy a dataset is allowed that was not before.",
        "A wrong `allowed` is the one error that cannot be taken back.",
        "Read the claims that are new.",
        "license: CC-BY-NC-4.0 becomes license: CC-BY-4.0",
    ),
)
