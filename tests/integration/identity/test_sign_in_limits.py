"""How often somebody may try to sign in, and that nobody else is kept out by it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from identity.sign_in_limits import OF_NAME, OF_NAME_AND_NETWORK, OF_NETWORK, OF_STRANGERS
from identity.users import MAX_NETWORKS
from tests.support.identity.door import WRONG, Door, code_of

SLOWED = (429, "too_many_tries")


def tries(door: Door, names: Iterator[str] | list[str], most: int) -> int:
    """How many tries were looked at before one was too many."""
    for count, name in zip(range(most), names, strict=False):
        answer = door.sign_in(name, "wrong horse battery")
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) >= 1
            return count
    return most


def test_name_is_slowed_from_one_network(door: Door) -> None:
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    assert code_of(door.sign_in("editor")) == SLOWED  # even with the right password
    assert code_of(door.sign_in("EDITOR", "wrong horse battery")) == SLOWED
    assert door.sign_in("operator").status_code == 200


@pytest.mark.parametrize("name", ["editor", "nobody"])
def test_name_is_slowed_from_many_networks_whether_it_is_known_or_not(door: Door, name: str) -> None:
    found = [code_of(door.elsewhere(f"10.1.0.{last}").sign_in(name, "wrong")) for last in range(OF_NAME.burst + 2)]
    assert found == [WRONG] * OF_NAME.burst + [SLOWED] * 2


def test_network_is_slowed_whatever_names_it_tries(door: Door) -> None:
    names = [f"name-{number}" for number in range(OF_NETWORK.burst + 5)]
    assert tries(door, names, len(names)) == OF_NETWORK.burst
    assert code_of(door.sign_in("operator")) == SLOWED
    assert door.elsewhere("10.0.0.2").sign_in("operator").status_code == 200


def test_addresses_of_one_customer_are_one_network(door: Door) -> None:
    for number in range(OF_NAME_AND_NETWORK.burst):
        door.elsewhere(f"2001:db8:0:7::{number + 1:x}").sign_in("editor", "wrong")
    assert code_of(door.elsewhere("2001:db8:0:7:ffff::1").sign_in("editor")) == SLOWED
    assert door.elsewhere("2001:db8:0:8::1").sign_in("editor").status_code == 200


def test_strangers_cannot_lock_a_user_out(door: Door) -> None:
    """Where he signed in before, the tries of others under his name do not count."""
    assert door.sign_in("editor").status_code == 200
    for number in range(OF_NAME.burst + 1):
        door.elsewhere(f"10.9.0.{number}").sign_in("editor", "wrong")
    assert code_of(door.elsewhere("10.9.1.1").sign_in("editor")) == SLOWED
    assert door.sign_in("editor").status_code == 200


def test_all_strangers_together_have_so_many_tries(door: Door, engine: Engine) -> None:
    """However many networks and names they have; who signed in from his network before is none of them."""
    assert door.sign_in("editor").status_code == 200
    found = [
        code_of(door.elsewhere(f"10.{4 + number // 200}.0.{number % 200}").sign_in(f"name-{number}", "wrong"))
        for number in range(OF_STRANGERS.burst + 10)
    ]
    looked_at = found.count(WRONG)
    assert OF_STRANGERS.burst <= looked_at < len(found)
    assert found == [WRONG] * OF_STRANGERS.burst + found[OF_STRANGERS.burst :]
    assert door.sign_in("editor").status_code == 200
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM identity.sign_in_try")).scalar_one()
    assert rows <= 3 * (looked_at + 2) + 1


def test_networks_that_a_user_came_from_are_bounded(door: Door, engine: Engine) -> None:
    for number in range(MAX_NETWORKS + 5):
        assert door.elsewhere(f"10.8.0.{number}").sign_in("editor").status_code == 200
    with engine.connect() as connection:
        networks = set(connection.execute(text("SELECT host(network) FROM identity.known_network")).scalars())
    assert networks == {f"10.8.0.{number}" for number in range(5, MAX_NETWORKS + 5)}


def test_right_passwords_are_not_counted(door: Door) -> None:
    assert {door.sign_in("editor").status_code for _ in range(OF_NETWORK.burst + 5)} == {200}


def test_tries_come_back_with_time_and_are_forgotten(door: Door, engine: Engine) -> None:
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until - step"))
    assert code_of(door.sign_in("editor", "wrong")) == WRONG
    assert code_of(door.sign_in("editor", "wrong")) == SLOWED
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until - interval '1 day'"))
        door.sign_in("operator")
        assert (
            connection.execute(
                text("SELECT count(*) FROM identity.sign_in_try WHERE paid_until < now() - '1h'::interval")
            ).scalar()
            == 0
        )


def test_refused_try_counts_for_nothing(door: Door, engine: Engine) -> None:
    """Else whoever tries on and on would keep a name shut for ever."""
    tries(door, ["editor"] * 20, 20)
    before = paid(engine)
    for _ in range(5):
        door.sign_in("editor", "wrong")
    assert paid(engine) == before


def paid(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT subject, paid_until FROM identity.sign_in_try ORDER BY 1")))


def test_clock_that_was_ahead_keeps_nobody_out(door: Door, engine: Engine) -> None:
    """What was tried while the clock of the database was a year ahead is paid for in a year, by that."""
    tries(door, ["editor"] * 20, 20)
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until + interval '1 year'"))
    assert tries(door, ["editor"] * 20, 20) == OF_NAME_AND_NETWORK.burst
    assert code_of(door.sign_in("editor", "wrong")) == SLOWED


def test_limits_hold_on_every_replica(door: Door, uri: str) -> None:
    for _ in range(OF_NAME_AND_NETWORK.burst):
        door.sign_in("editor", "wrong")
    assert code_of(Door.to(uri).sign_in("editor")) == SLOWED
