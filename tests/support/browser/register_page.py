"""The page of a resource, and the calls behind it."""

import json
import urllib.error
import urllib.request
from typing import Any

from playwright.sync_api import Page

from tests.support.stacks.whole import WholeStack


def send(stack: WholeStack, method: str, path: str, value: Any = None) -> Any:
    body = None if value is None else json.dumps(value).encode()
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(stack.url + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None


def empty(stack: WholeStack, *resources: str) -> None:
    """Deletes all rows; first of those resources that point to others."""
    for name in resources:
        for row in send(stack, "GET", f"/api/{name}/")["items"]:
            send(stack, "DELETE", f"/api/{name}/{row['id']}")


def row_of(page: Page, text: str) -> Any:
    return page.locator("#rows tr").filter(has_text=text)
