"""Small files of the Hub, asked for ahead: each answer goes to whom it belongs."""

from lemm_catalog.backends.network import Network
from lemm_catalog.backends.table import Backends
from lemm_catalog.transfer.small import fetch_small
from lemm_catalog.transfer.traffic import Traffic
from tests.hub.site import REPO, hf
from tests.hub.standin import Hub
from tests.pulling import QUICK, some_bytes, wanted


def test_what_is_refused_without_a_question_takes_no_other_file_s_answer(
    hub: Hub,
) -> None:
    files = {f"{n}.txt": some_bytes(100 + n, n) for n in range(30)}
    commit = hub.commit(f"datasets/{REPO}", files)
    asked = [wanted(path, hf(path, commit), data) for path, data in files.items()]
    asked.insert(7, wanted("a-folder", f"hf://datasets/{REPO}@{commit}", b"folder"))
    network = Network(waits=QUICK, hub_endpoint=hub.origin, hub_token=None)
    placed: dict[str, bytes] = {}

    fetch_small(
        asked,
        Backends(network),
        Traffic(),
        lambda one, data, _: placed.update({one.path: bytes(data)}),
    )

    assert placed == files
    assert len([r for r in hub.requests if "/resolve/" in r.path]) == len(files)
