"""Forms that are wrong, through the gateway, for batches and their previews (rows 1, 5 and 52 of bad input)."""

import pytest

from tests.support.gateway.forms import END, FORM, MIB, part
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.alone import ImporterAlone
from tests.support.stacks.eager import BATCHES

NESTED = part(data=b"--c\r\n\r\nx\r\n--c--", head="Content-Type: multipart/mixed; boundary=c\r\n", file_name="a")
FORMS = {
    "no-parts": (END, FORM, 400, "one_file"),
    "empty": (b"", FORM, 400, "invalid_form"),
    "two-files": (part() + part() + END, FORM, 400, "one_file"),
    "two-names": (part() + part("other") + END, FORM, 400, "one_file"),
    "other-name": (part("other") + END, FORM, 400, "one_file"),
    "field-instead-of-file": (part(file_name=None) + END, FORM, 400, "one_file"),
    "field-beside-file": (part() + part("source", None, b"x") + END, FORM, 400, "one_file"),
    "no-boundary": (part() + END, "multipart/form-data", 400, "invalid_form"),
    "other-boundary": (part() + END, "multipart/form-data; boundary=zzz", 400, "invalid_form"),
    "cut-short": (part(), FORM, 400, "invalid_form"),
    "cut-in-its-head": (b'--b\r\nContent-Disposition: form-data; name="fi', FORM, 400, "invalid_form"),
    "huge-head": (part(head="X-A: " + "a" * MIB + "\r\n") + END, FORM, 413, "form_too_large"),
    "many-heads": (part(head="X-A: a\r\n" * 100_000) + END, FORM, 413, "form_too_large"),
    "many-parts": (part("f", None, b"x") * 5000 + END, FORM, 413, "form_too_large"),
    "huge-field": (part("f", None, b"x" * 8 * MIB) + END, FORM, 413, "form_too_large"),
    "nested": (NESTED + END, FORM, 415, "unsupported_media_type"),
    "52-picture": (part(file_name="a.png") + END, FORM, 415, "unsupported_media_type"),
    "52-long-name": (part(file_name="n" * 5000) + END, FORM, 415, "unsupported_media_type"),
    "long-and-no-boundary": (b"x" * 20 * MIB, "multipart/form-data", 400, "invalid_form"),
}


@pytest.mark.parametrize(("body", "content_type", "status", "code"), FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", [BATCHES, "/api/importer/preview"])
@pytest.mark.usefixtures("nothing_kept")
def test_form_that_is_wrong_is_refused(
    alone: ImporterAlone, path: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    assert_refused(alone.post(path, body, content_type), status, code)


@pytest.mark.parametrize("file_name", ["../../etc/x.csv", "C:\\x.csv", "a\0b.csv", "n" * 5000 + ".csv", "=cmd.csv"])
def test_name_of_a_file_is_only_looked_at_for_its_ending(alone: ImporterAlone, file_name: str) -> None:
    answer = alone.post(BATCHES, part(file_name=file_name) + END, FORM)
    assert (answer.status, answer.json()["rows"]) == (202, 1)
    assert file_name.encode() not in answer.body
