"""Codes of licenses: in manifests, and in the files that say what they permit."""

from lemm_catalog.codes.base import Code

TERMS = (
    Code(
        "bad-expression",
        "error",
        "A license is not an SPDX expression.",
        "Words cannot be judged: nothing would ever be allowed.",
        "Write an SPDX id, or LicenseRef-Name with a file in licenses/.",
    ),
    Code(
        "unknown-license",
        "error",
        "No file in licenses/ knows a license.",
        "What it permits is not known, and nothing unsaid is permitted.",
        "Name a license by its SPDX id, or describe it in licenses/.",
    ),
    Code(
        "unknown-exception",
        "warning",
        "No file in licenses/ knows what stands after WITH.",
        "An exception may permit more; unread, it counts for nothing.",
        "Describe it in licenses/, with exception: true.",
        "license: GPL-2.0-only WITH No-Such-exception",
    ),
    Code(
        "attribution-missing",
        "error",
        "A license asks for credit, and none is given.",
        "Whoever uses the data would break its license.",
        'Add attribution: "Title by Author".',
    ),
    Code(
        "no-claim",
        "warning",
        "Nobody is named who says that the license holds.",
        "A verdict without evidence is `review`.",
        "Add claims with the page that says so, and when it was seen.",
    ),
    Code(
        "claim-unverified",
        "warning",
        "A claim was taken over from others, and nobody has read the page.",
        "Hearsay is no evidence; the verdict is `review`.",
        "Open the page, and take `verified: false` away if it says so.",
        "claims: [{expression: CC-BY-4.0, url: …, seen: 2026-11-22, verified: false}]",
    ),
    Code(
        "claim-unclear",
        "warning",
        "A claim is not an SPDX expression.",
        "It cannot be compared with the license.",
        "Write what the page says as an SPDX expression.",
        "claims: [{expression: free for research, url: …, seen: 2026-11-22}]",
    ),
    Code(
        "claim-unknown-license",
        "warning",
        "A claim names a license that no file in licenses/ knows.",
        "It cannot be compared with the license.",
        "Describe it in licenses/.",
        "claims: [{expression: LicenseRef-Nobody-Knows, url: …, seen: 2026-11-22}]",
    ),
    Code(
        "looser-than-claim",
        "warning",
        "The license permits what a claim does not.",
        "The stricter page may be right.",
        "Take the stricter license, or say in license.note why it is not.",
        "license:\n"
        "  expression: CC-BY-4.0\n"
        "  claims: [{expression: CC-BY-NC-4.0, url: …, seen: 2026-11-22}]",
    ),
    Code(
        "contradiction",
        "error",
        "A file of license facts permits and forbids the same.",
        "A policy believes these files.",
        "Leave the word out of both if the text does not settle it.",
        "permits: [commercial-use]\nforbids: [commercial-use]",
    ),
    Code(
        "ambiguous-alias",
        "error",
        "A spelling stands for two licenses within one file.",
        "The text it is read from could be judged by the wrong one.",
        "Put what tells no version under names.",
        "ids: [CC-BY-3.0, CC-BY-4.0]\naliases: [CC BY]",
    ),
    Code(
        "unknown-alias",
        "error",
        "A tag of the Hub is no id, alias or name of its file.",
        "The tag would be read as unknown.",
        "Add it to aliases, or to names if it tells no version.",
        "hub: [cc-by-9.9]",
    ),
    Code(
        "claimed-twice",
        "error",
        "Two files of license facts claim the same spelling.",
        "Which of them is believed would depend on their order.",
        "Take it out of one of them.",
        "licenses/a.yaml and licenses/b.yaml, both with ids: [CC-BY-4.0]",
    ),
)
