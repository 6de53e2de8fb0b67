"""Finds the place for a Space's data, and says in words what that means."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from lemm_catalog.model.space import Mount, SpacePlace
from lemm_catalog.rules.placing import is_remote, mount_of, volumes_among
from lemm_catalog.settings import Settings
from lemm_catalog.space.mounts import mounts, why_not

FOLDER = "datasets"
_LOST = (
    "what lies on a Space's own disk is lost at every restart: attach a volume to keep "
    "it (Settings > Storage, or HfApi.set_space_volumes)"
)


def find_place(
    settings: Settings, environ: Mapping[str, str]
) -> tuple[SpacePlace, list[str]]:
    """Return where the data is to lie, with remarks on the volumes passed over.

    What the user said wins; then comes a volume that is really mounted and can hold
    a store; then the disk that is there.
    """
    table = mounts()
    on_a_space = "SPACE_ID" in environ
    volumes = volumes_among(table, environ.get("HF_HOME"), on_a_space=on_a_space)
    if settings.is_placed:
        told = _as_told(settings.cache_dir, table, on_a_space=on_a_space)
        better = [v.path for v in volumes if v.writable and told.lasts is False]
        words = "is mounted and would last; another folder was asked for"
        return told, [f"the volume {path} {words}" for path in better[:1]]
    remarks: list[str] = []
    for volume in volumes:
        place = Path(volume.path) / FOLDER
        why = why_not(place) if volume.writable else "it is mounted read-only"
        if why is None:
            return _on_volume(place, volume), remarks
        remarks.append(f"the volume {volume.path} is not used: {why}")
    reason = "no volume can hold the data" if remarks else "no volume is mounted"
    own = SpacePlace(
        path=str(_on_disk(settings.cache_dir.absolute(), environ)),
        chosen="disk",
        lasts=False if on_a_space else None,
        reason=f"the disk of this {'Space' if on_a_space else 'machine'}: {reason}",
        warning=_LOST if on_a_space else "",
    )
    return own, remarks


def _on_disk(usual: Path, environ: Mapping[str, str]) -> Path:
    """Return the first folder that can be written: code may lie where nothing can."""
    home = environ.get("HOME")
    others = [Path(home) / FOLDER] if home else []
    others.append(Path(tempfile.gettempdir()) / "lemm" / FOLDER)
    found = (place for place in (usual, *others) if why_not(place) is None)
    return next(found, usual)


def _as_told(folder: Path, table: list[Mount], *, on_a_space: bool) -> SpacePlace:
    path = str(folder.absolute())
    mount = mount_of(path, table)
    is_on_own_disk = on_a_space and mount is not None and mount.path == "/"
    return SpacePlace(
        path=path,
        chosen="setting",
        lasts=False if is_on_own_disk else None,
        reason="the folder that was asked for",
        warning=_LOST if is_on_own_disk else "",
    )


def _on_volume(place: Path, volume: Mount) -> SpacePlace:
    warning = ""
    if is_remote(volume.kind):
        warning = (
            f"{volume.path} is mounted over {volume.kind}: slower than a disk, and "
            "worth a look by `lemm-catalog verify` now and then"
        )
    return SpacePlace(
        path=str(place),
        chosen="volume",
        lasts=True,
        reason=f"the volume mounted at {volume.path}",
        warning=warning,
    )
