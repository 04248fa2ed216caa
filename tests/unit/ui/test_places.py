from ui.places import Places


def test_places_refuse_one_too_many_until_one_is_given_back() -> None:
    places = Places(1)
    assert [places.take(), places.take()] == [True, False]
    places.give_back()
    assert places.take()
