"""What keeps several processes of tests apart, and the slow files in front."""

from tests.conftest import FOLDERS
from tests.support.parallel import PROCESSES, ports_of, rank


def test_processes_share_no_port_and_one_that_replaces_another_has_its_share() -> None:
    shares = [set(ports_of(f"gw{number}")) for number in range(PROCESSES)]
    assert sum(map(len, shares)) == len(set.union(*shares))
    assert set(ports_of(f"gw{PROCESSES}")) == shares[0]


def test_folders_of_slow_tests_come_first() -> None:
    assert sorted(FOLDERS, key=rank)[:2] == ["browser", "integration"]
