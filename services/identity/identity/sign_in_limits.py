"""How often somebody may try to sign in: by name, by network, and by both; counted in the database, for all replicas.

What comes back from a provider is counted by network too, apart from passwords: each makes us ask the provider.

A name that others try is not locked for its owner: from a network from which he signed in before, only the tries of
that network under his name count. All strangers together may make no more tries than two cores check beside their
other work, from however many networks they come.
"""

import contextlib
import dataclasses
import ipaddress
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, Engine, text

from identity.problems import TOO_MANY_TRIES
from stackroom_kit.peppers import Peppers
from stackroom_sql.engine import transaction

# What is paid for longer than there is room was paid while the clock was ahead: it would keep everybody out until then.
AHEAD = "tried.paid_until > clock_timestamp() + excluded.room + interval '1 minute'"
# A try pays for itself if it comes no sooner than `step` seconds after the one before; `burst` may come at once.
CHARGE = text(f"""
INSERT INTO identity.sign_in_try AS tried (subject, paid_until, step, room)
SELECT subject, clock_timestamp() + make_interval(secs => step), make_interval(secs => step),
  make_interval(secs => step * burst)
FROM unnest(cast(:subjects AS bytea[]), cast(:steps AS float[]), cast(:bursts AS int[]))
  AS wanted (subject, step, burst)
ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET step = excluded.step, room = excluded.room,
  paid_until = CASE WHEN {AHEAD} THEN clock_timestamp() ELSE greatest(tried.paid_until, clock_timestamp()) END
    + excluded.step
WHERE {AHEAD} OR tried.paid_until + excluded.step <= clock_timestamp() + excluded.room
RETURNING subject""")
SECONDS_LEFT = text("""
SELECT ceil(extract(epoch FROM max(paid_until + step - room) - clock_timestamp()))::int
FROM identity.sign_in_try WHERE subject = ANY (:subjects)""")
# Rows are locked in the order in which they are charged: people of one network who sign in at once share some.
GIVE_BACK = text("""
WITH held AS (
  SELECT subject FROM identity.sign_in_try WHERE subject = ANY (:subjects) ORDER BY subject FOR UPDATE)
UPDATE identity.sign_in_try AS tried SET paid_until = tried.paid_until - tried.step
FROM held WHERE tried.subject = held.subject""")
# A few at each try, so that what strangers make up does not stay. It is a transaction of its own, and waits for nobody.
FORGET = text("""
DELETE FROM identity.sign_in_try WHERE subject IN (
  SELECT subject FROM identity.sign_in_try WHERE paid_until < now() ORDER BY paid_until LIMIT 10
  FOR UPDATE SKIP LOCKED)""")
NETWORK_BITS = {4: 32, 6: 64}


@dataclasses.dataclass(frozen=True)
class Limit:
    burst: int
    step: float  # seconds


OF_NETWORK = Limit(burst=30, step=6)
OF_NAME = Limit(burst=10, step=30)
OF_NAME_AND_NETWORK = Limit(burst=5, step=20)
OF_STRANGERS = Limit(burst=40, step=0.5)


def network_of(address: str) -> str | None:
    """Of IPv6 the part that one customer has. None for what is no address, such as a Unix socket."""
    try:
        version = ipaddress.ip_address(address).version
        return str(ipaddress.ip_network((address, NETWORK_BITS[version]), strict=False))
    except ValueError:
        return None


class SignInLimits:
    def __init__(self, engine: Engine, peppers: Peppers) -> None:
        self._engine, self._peppers = engine, peppers

    def charge(self, name: str, address: str, is_known: bool) -> list[bytes]:
        """Count a try before its password is looked at; Problem 429 where it is one too many, which counts for nothing.

        ``is_known``: the user has signed in from this network before. Gives what ``give_back`` takes.
        """
        network = network_of(address) or "?"
        limits = {f"both {network} {name}": OF_NAME_AND_NETWORK, f"network {network}": OF_NETWORK}
        if not is_known:
            limits |= {f"name {name}": OF_NAME, "strangers": OF_STRANGERS}
        return self._charged(limits)

    @contextlib.contextmanager
    def sign_on(self, address: str) -> Iterator[None]:
        """Count a browser that comes back from the provider, unless what is done with it ends well. Problem 429."""
        charged = self._charged({f"sign-on {network_of(address) or '?'}": OF_NETWORK})
        yield
        self.give_back(charged)

    def _charged(self, limits: Mapping[str, Limit]) -> list[bytes]:
        charged = {self._subject(words): limit for words, limit in limits.items()}
        with self._engine.connect() as connection:
            connection.execute(FORGET)
        with transaction(self._engine) as connection:
            _charge(connection, charged)
        return list(charged)

    def give_back(self, subjects: Collection[bytes]) -> None:
        """A try that was right is none to be counted."""
        with self._engine.connect() as connection:
            connection.execute(GIVE_BACK, {"subjects": list(subjects)})

    def _subject(self, words: str) -> bytes:
        """Hidden, since people type their passwords where a name belongs."""
        return self._peppers.digest(words, self._peppers.newest)


def _charge(connection: Connection, charged: dict[bytes, Limit]) -> None:
    given = {
        "subjects": list(charged),
        "steps": [limit.step for limit in charged.values()],
        "bursts": [limit.burst for limit in charged.values()],
    }
    passed = {bytes(row.subject) for row in connection.execute(CHARGE, given)}
    full = [subject for subject in charged if subject not in passed]
    if full:
        seconds = max(1, connection.execute(SECONDS_LEFT, {"subjects": full}).scalar() or 1)
        raise TOO_MANY_TRIES(
            f"Too many tries to sign in; the next one may come in {seconds} s.", headers={"Retry-After": str(seconds)}
        )
