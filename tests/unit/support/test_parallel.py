"""What keeps several processes of tests apart, and the slow files in front."""

from tests.support.parallel import PROCESSES, SHARING, FolderScheduling, ports_of, rank
from tests.support.servers.processes import ROOT


def test_processes_share_no_port_and_one_that_replaces_another_has_its_share() -> None:
    shares = [set(ports_of(f"gw{number}")) for number in range(PROCESSES)]
    assert sum(map(len, shares)) == len(set.union(*shares))
    assert set(ports_of(f"gw{PROCESSES}")) == shares[0]


def test_slow_files_come_first() -> None:
    files = ["tests/unit/kit/test_probe.py", "tests/integration/catalog/test_lists.py", "tests/browser/test_loads.py"]
    assert sorted(files, key=rank) == files[::-1]


def test_files_that_share_something_stay_together_and_all_others_alone() -> None:
    names = ("browser/test_a.py", "browser/test_b.py", "unit/test_a.py", "unit/test_b.py")
    scheduler = FolderScheduling.__new__(FolderScheduling)
    units = {scheduler._split_scope(f"tests/{name}::test_x[tests/y::z]") for name in names}
    assert units == {"tests/browser", "tests/unit/test_a.py", "tests/unit/test_b.py"}


def test_folders_whose_files_share_something_are_there() -> None:
    assert [folder for folder in SHARING if not (ROOT / folder / "conftest.py").exists()] == []
