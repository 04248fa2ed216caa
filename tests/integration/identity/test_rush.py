"""Many people of one network sign in at once, as on every morning."""

import threading

from sqlalchemy.exc import SQLAlchemyError

from identity.database import make_engine
from identity.sign_in_limits import SignInLimits
from stackroom_kit.peppers import Peppers
from tests.support.identity.door import Door
from tests.support.identity.settings import PEPPER

PEOPLE, TIMES = 8, 30


def test_people_who_sign_in_at_once_do_not_keep_each_other_from_it(door: Door, uri: str) -> None:
    """All tries of a network are counted in one row, which would be one of a deadlock if others were locked first."""
    engine = make_engine(uri, PEOPLE)
    limits, failed = SignInLimits(engine, Peppers.of(PEPPER, "TOKEN_PEPPERS")), list[SQLAlchemyError]()

    def come(number: int) -> None:
        for turn in range(TIMES):
            try:
                limits.give_back(limits.charge(f"p{number}-{turn}", f"10.9.{turn % 3}.1", is_known=turn % 2 == 0))
            except SQLAlchemyError as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=come, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert failed == []
