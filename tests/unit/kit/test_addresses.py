"""Networks as settings and tokens name them."""

import ipaddress

import pytest

from stackroom_kit.addresses import is_in, listed_network


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ],
)
def test_network_of_ipv4_is_one_however_it_is_written(named: str, meant: str) -> None:
    assert listed_network(named) == ipaddress.ip_network(meant)


@pytest.mark.parametrize("named", ["fe80::1%eth0", "fe80::%1/64", "10.0.0.1/8", "010.0.0.1", "", "all", "１０.0.0.0/8"])
def test_what_names_no_network_is_refused(named: str) -> None:
    with pytest.raises(ValueError, match=r"host bits|does not appear|interface"):
        listed_network(named)


def test_address_behind_an_interface_is_in_its_network() -> None:
    assert is_in("fe80::1%eth0", [listed_network("fe80::/10")])
    assert not is_in("no address", [listed_network("::/0")])
