"""Spaces at different moments, for pages and probes."""

from lemm_catalog.model.space import (
    Condition,
    Space,
    SpaceBudget,
    SpaceDataset,
    SpacePlace,
    SpaceTotals,
)

GB = 10**9
MOMENT = "2026-11-22T12:00:00Z"
PLACE = SpacePlace(
    path="/home/user/app/datasets",
    chosen="disk",
    lasts=False,
    reason="the disk of this Space: no volume is mounted",
    warning="what lies on a Space's own disk is lost at every restart: attach a volume "
    "to keep it (Settings > Storage, or HfApi.set_space_volumes)",
)
BUDGET = SpaceBudget(
    total=45 * GB,
    left=41 * GB,
    used=4 * GB,
    free=812 * GB,
    reserve=5 * GB,
    flavor="cpu-basic",
    flavor_disk=50 * GB,
    max_storage=None,
    bound_by="flavor",
)


def a_dataset(name: str, **fields: object) -> SpaceDataset:
    """Return a dataset that waits for its turn."""
    row = SpaceDataset(
        id=name,
        title=name.title(),
        phase="minimal",
        priority=5,
        license="CC-BY-4.0",
        commercial="allowed",
        state="queued",
        download_bytes=10 * GB,
        done_bytes=0,
        unpacked_bytes=15 * GB,
    )
    return row._replace(**fields)  # type: ignore[arg-type]


ROWS = (
    a_dataset(
        "ljspeech",
        title="LJ Speech",
        license="LicenseRef-Public-Domain",
        state="present",
        download_bytes=2_748_572_632,
        done_bytes=2_748_572_632,
    ),
    a_dataset(
        "nsynth",
        title="NSynth",
        state="fetching",
        download_bytes=25_233_566_634,
        done_bytes=11_233_566_634,
        bytes_per_second=38_400_000,
        seconds_left=364,
    ),
    a_dataset(
        "musicnet",
        title="MusicNet",
        state="unpacking",
        phase="balanced",
        priority=3,
        download_bytes=11_100_000_000,
        done_bytes=11_100_000_000,
        step_done=9_000_000_000,
        step_total=21_620_000_000,
    ),
    a_dataset(
        "lakh-midi",
        title="Lakh MIDI Dataset",
        license="CC-BY-4.0 AND LicenseRef-Underlying-Works",
        commercial="review",
        download_bytes=1_770_000_000,
    ),
    a_dataset(
        "urmp",
        title="URMP",
        license="CC0-1.0",
        commercial="review",
        state="refused",
        download_bytes=12_500_000_000,
        reason="Dataset.tar.gz: its exact size is not known, so that wrong bytes could "
        "not be told from right",
        mend="pin its size and sha256 in the manifest or in locks/urmp.json, or take "
        "the rest with --exclude urmp",
    ),
    a_dataset(
        "fma-large",
        title="FMA Large",
        license="LicenseRef-FMA-per-track",
        commercial="denied",
        state="left-out",
        download_bytes=100_310_000_000,
        peak_bytes=200_810_000_000,
        reason="needs 200.81 GB at its peak, more than the 41.00 GB there are for all",
        mend="attach a volume, take larger hardware, choose a smaller phase, or leave "
        "others out with --exclude",
    ),
)


def a_space(state: Condition = "starting", **fields: object) -> Space:
    """Return a Space at a moment."""
    space = Space(version="0.1.0", started=MOMENT, updated=MOMENT, state=state)
    return space._replace(**fields)  # type: ignore[arg-type]


STARTING = a_space(message="reading the catalog")
PULLING = a_space(
    "pulling",
    message="pulling 4 datasets",
    selection=("comprehensive",),
    place=PLACE,
    budget=BUDGET,
    datasets=ROWS,
    totals=SpaceTotals(
        datasets=6,
        here=1,
        download_bytes=40_852_139_266,
        done_bytes=25_082_139_266,
        bytes_per_second=38_400_000,
        seconds_left=410,
    ),
    remarks=(
        "the volume /archive is not used: it is mounted read-only",
        "nsynth/nsynth-train.jsonwav.tar.gz: the first mirror is slow, going on with "
        "the next",
    ),
    starts=1,
)
READY = a_space(
    "ready",
    ready=True,
    settled=True,
    message="all that is wanted is here",
    place=PLACE._replace(
        path="/data/datasets",
        chosen="volume",
        lasts=True,
        reason="the volume mounted at /data",
        warning="",
    ),
    budget=BUDGET._replace(bound_by="disk", flavor_disk=None),
    datasets=tuple(
        row._replace(
            state="present",
            reason="",
            mend="",
            step_total=None,
            done_bytes=row.download_bytes,
        )
        for row in ROWS[:4]
    ),
    totals=SpaceTotals(
        datasets=4, here=4, download_bytes=40_852_139_266, done_bytes=40_852_139_266
    ),
)
HALTED = a_space(
    "halted",
    settled=True,
    message="the configured phase is wrong: there is no phase or dataset 'minmal'",
    mend="did you mean minimal?",
    place=PLACE,
)
FAILED = PULLING._replace(
    state="waiting",
    message="some of it could not be brought; it is started again in 34 s",
    datasets=(
        ROWS[0],
        ROWS[1]._replace(
            state="failed",
            bytes_per_second=0,
            seconds_left=None,
            reason="nsynth-train.jsonwav.tar.gz: no source gave it; the last one, "
            "storage.googleapis.com, answered 503 Service Unavailable",
        ),
        *ROWS[3:5],
    ),
)
STATES = {
    "starting": STARTING,
    "pulling": PULLING,
    "ready": READY,
    "halted": HALTED,
    "failed": FAILED,
}
