"""The files that make a folder a Space: front matter, Dockerfile, volumes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

PORT = 7860
_README = """\
---
title: {title}
emoji: 🎼
colorFrom: indigo
colorTo: green
sdk: docker
app_port: {port}
startup_duration_timeout: 30m
pinned: false
short_description: Datasets, verified, with their licenses
{datasets}---

# {title}

This Space serves a status page at once and pulls datasets in the background. Choose
what it pulls in *Settings > Variables*:

| variable | means | default |
|---|---|---|
| `LEMM_DATASET_PHASE` | a phase, or `off` | `{phase}` |
| `LEMM_MAX_STORAGE_GB` | the most the data may take | what the disk holds |
| `LEMM_RESERVE` | disk to leave free, as `5GB` | a tenth, 5 GB at most |
| `HF_TOKEN` (a secret) | for gated datasets, and higher rate limits | none |

`/status` is the state as JSON, `/events` the same as a stream, `/readyz` answers 200
once all that is wanted is here. Other settings go into `config/config.yaml`.

A Space's own disk is wiped at every restart. To keep the data, mount a bucket or
volume at `/data`; it is found there. {volumes}

There is no `preload_from_hub`: it would put data into the image, where it takes the
same disk and is loaded anew with each build.
"""
_DOCKERFILE = """\
# The process is uid 1000 on a Space; nothing of it needs root.
FROM {image}

# Whoever builds from a checkout names its folder or URL in place of the release.
RUN pip install --no-cache-dir {requirement} \\
    && useradd --create-home --uid 1000 user \\
    && install -d -o user -g user /home/user/app

USER 1000
ENV HOME=/home/user \\
    PYTHONUNBUFFERED=1 \\
    LEMM_DATASET_PHASE={phase}
WORKDIR /home/user/app
COPY --chown=1000 . .

# What the catalog comes to is read once here, so that each start needs not.
RUN lemm-catalog list > /dev/null

EXPOSE {port}
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "{probe}"]
CMD ["lemm-catalog", "space"]
"""
_PROBE = (
    "import urllib.request as r; "
    f"r.urlopen('http://127.0.0.1:{PORT}/healthz', timeout=4)"
)
_IGNORED = """\
.git
datasets
"""


def starter(
    *,
    title: str,
    phase: str,
    requirement: str,
    image: str,
    volumes: Sequence[Mapping[str, Any]],
) -> dict[str, str]:
    """Return the files by name; ``volumes`` are repositories of the Hub to mount."""
    repositories = sorted({str(volume["source"]) for volume in volumes})
    names = "".join(f"  - {name}\n" for name in repositories)
    said = "No selected dataset comes from the Hub, so `volumes.json` mounts none."
    if repositories:
        said = (
            "`volumes.json` lists the repositories of the Hub that can be mounted in "
            "place of a download: give it to `HfApi.set_space_volumes`, and name the "
            "mounts in `mirrors` of `config/config.yaml`."
        )
    readme = _README.format(
        title=title,
        port=PORT,
        phase=phase,
        datasets=f"datasets:\n{names}" if names else "",
        volumes=said,
    )
    dockerfile = _DOCKERFILE.format(
        image=image, requirement=requirement, phase=phase, port=PORT, probe=_PROBE
    )
    content = {"note": said.replace("`", ""), "volumes": list(volumes)}
    return {
        "README.md": readme,
        "Dockerfile": dockerfile,
        ".dockerignore": _IGNORED,
        "volumes.json": json.dumps(content, indent=2) + "\n",
    }
