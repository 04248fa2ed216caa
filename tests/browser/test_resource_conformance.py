"""The page of every resource keeps what pages promise, in both languages; a new resource is tested by being there."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pytest
from babel.support import Translations
from playwright.sync_api import Locator, Page, expect

from catalog.crud.resource import Resource
from catalog.resources.types import TYPES
from stackroom_kit.schema import Field
from tests.support.browser.chromium import Watched
from tests.support.browser.register_page import empty, send
from tests.support.catalog.cabinets import ALL
from tests.support.catalog.rows import Rows
from tests.support.stacks.whole import WholeStack
from ui.pages.resources import path_of
from ui.translations import CATALOGUE

Visit = Callable[..., Watched]
TYPED_WRONG = {"integer": "Enter a whole number.", "number": "Enter a number.", "decimal": "Enter a number."}


@cache
def russian() -> Translations:
    with CATALOGUE.open("rb") as file:
        return Translations(file)


class ResourcePage:
    """Of a resource whose rows are ``rows``, as a person sees it in this language."""

    def __init__(self, watched: Watched, rows: Rows, language: str) -> None:
        self.watched, self.rows, self.language = watched, rows, language
        self.resource = rows.resource

    @property
    def page(self) -> Page:
        return self.watched.page

    def said(self, english: str) -> str:
        return str(russian().gettext(english)) if self.language == "ru" else english

    def title(self, field: Field) -> str:
        return self.said(field.title or field.name)

    def open(self) -> None:
        self.watched.open(f"/{path_of(self.resource.name)}")

    def input(self, field: Field) -> Locator:
        return self.page.locator(f"#field-{field.name}")

    def save(self) -> None:
        self.page.locator("#save").click()

    def shows_its_rows(self, made: dict[str, Any]) -> None:
        expect(self.page.locator("#rows tr"), "its page does not list its row").to_have_count(1)
        assert str(made[self.resource.shown]) in self.page.locator("#rows").inner_text(), "its list hides what is shown"
        expect(self.page.locator("header [aria-current=page]"), "the menu lacks it").to_have_text(
            self.said(self.resource.many)
        )

    def is_titled(self) -> None:
        """Each in the words of the language; what has none is in English, and the tests of translations name it."""
        beside = {one.shown for one in self.resource.references}
        columns = [field for field in self.resource.schema.fields if field.name not in beside]
        heads = self.page.locator("thead th").all_text_contents()[:-1]
        assert heads == [self.title(field) for field in columns], "its list has other heads"
        for field in self.rows.fields:
            label = self.page.locator(f"label[for=field-{field.name}]").all_text_contents()
            assert [text.rstrip(" *") for text in label] == [self.title(field)], f"it has no label of {field.name}"
        assert self.page.locator("h1").inner_text() == self.said(self.resource.many), "its page has another title"
        load = self.page.locator("#load").get_attribute("href") or ""
        assert load.endswith(f"/imports?operation=load_{self.resource.name}"), "no file can be loaded from its page"

    def tells_errors_at_fields(self) -> None:
        told = dict(self._typed_wrong())
        if not told:
            return
        self.save()
        for name, words in told.items():
            found = self.page.locator(f"#error-{name}").text_content(timeout=1000)
            assert found == words, f"what is wrong with {name} is not told at its field"

    def _typed_wrong(self) -> Iterator[tuple[str, str]]:
        """Of each field that can be: its name, and what should be said of it."""
        for field in self.rows.fields:
            kind = field.format or field.types[0]
            is_chosen = bool(field.reference or field.enum)
            if kind in TYPED_WRONG and not is_chosen:
                self.input(field).fill("x")
                yield field.name, self.said(TYPED_WRONG[kind])
            elif field.is_required and not field.is_nullable and kind != "boolean":
                self.input(field).select_option("") if is_chosen else self.input(field).fill("")
                yield field.name, self.said("This field is required.")

    def makes_a_row(self) -> None:
        typed = self.rows.row(2)
        for field in self.rows.fields:
            self._type(field, typed[field.name])
        self.save()
        expect(self.page.locator("#rows tr"), "a row that was typed is not listed").to_have_count(2)
        made = max(self.rows.all(), key=lambda row: int(row["id"]))
        for field in self.rows.fields:
            if field.format != "date-time":  # typed in the zone of the browser
                assert _same(field, made[field.name], typed[field.name]), f"{field.name} is kept as another value"

    def _type(self, field: Field, value: Any) -> None:
        if field.reference or field.enum or (field.types == ("boolean",) and field.is_nullable):
            words = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            self.input(field).select_option(words)
        elif isinstance(value, bool):
            self.input(field).set_checked(value)
        else:
            self.input(field).fill(str(value).removesuffix("Z") if field.format == "date-time" else str(value))

    def is_quiet_and_fits(self) -> None:
        self.watched.assert_quiet()
        faults = self.watched.accessibility_faults()
        assert faults == [], f"it has faults of accessibility: {faults}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"


def _same(field: Field, kept: Any, typed: Any) -> bool:
    return Decimal(kept) == Decimal(typed) if field.format == "decimal" else bool(kept == typed)


def check(page: ResourcePage) -> None:
    made = page.rows.add(1)
    page.open()
    page.is_titled()
    page.shows_its_rows(made)
    page.tells_errors_at_fields()
    page.is_quiet_and_fits()
    page.open()
    page.makes_a_row()


def checked(page: ResourcePage) -> None:
    try:
        check(page)
    except AssertionError as error:
        file = f"services/catalog/catalog/resources/{page.resource.name}.py"
        pytest.fail(f"{file}: on its page {page.language}: {error}", pytrace=False)


@pytest.fixture
def rows(stack: WholeStack) -> Iterator[Callable[[Resource], Rows]]:
    """Afterwards everything is empty; first what points to others."""
    yield partial(Rows, partial(send, stack))
    empty(stack, *(one.name for one in sorted(ALL, key=_depth, reverse=True)))


def _depth(resource: Resource) -> int:
    others = [one.resource for one in resource.references if one.resource is not resource]
    return 1 + max(map(_depth, others), default=0)


@pytest.mark.parametrize(("language", "width", "scheme"), [("ru", 360, "dark"), ("en", 1200, "light")])
@pytest.mark.parametrize("resource", ALL, ids=lambda one: one.name)
def test_page_is_conformant(
    visit: Visit, rows: Callable[[Resource], Rows], resource: Resource, language: str, width: int, scheme: str
) -> None:
    checked(ResourcePage(visit(language, width, scheme), rows(resource), language))


MUTANTS = {
    "a head is another": (r'(data-sort="group_id">)[^<]+', r"\1Shelf", "other heads"),
    "a label is missing": (r'<label class="form-label" for="field-id">ID', "ID", "it has no label of id"),
    "errors are not told": (r'id="error-group_id"', 'id="another"', "not told at its field"),
    "no way to load": (r"operation=load_types", "", "no file can be loaded"),
    "a picture says nothing": (r"<h1 ", '<img src="/static/icon.svg"><h1 ', "faults of accessibility"),
}


@pytest.mark.parametrize(("found", "instead", "reason"), MUTANTS.values(), ids=MUTANTS)
def test_broken_page_is_seen_with_the_file_to_look_at(
    visit: Visit, rows: Callable[[Resource], Rows], found: str, instead: str, reason: str
) -> None:
    watched = visit("en")

    def broken(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(found, instead, answer.text()))

    watched.page.route("**/types", broken)
    with pytest.raises(pytest.fail.Exception, match=rf"resources/types\.py: on its page en: .*{reason}"):
        checked(ResourcePage(watched, rows(TYPES), "en"))
