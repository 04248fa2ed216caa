"""What a call that sends a plain task answers."""

from flask import Flask

from importer.plain_tasks import SentTask


def test_status_address_of_a_task_is_below_the_prefix_of_the_proxy() -> None:
    app, sent = Flask(__name__), SentTask("some-id", "cpu", {})
    with app.test_request_context():
        assert sent.answer()[0]["status_url"] == "/api/importer/status/some-id"
    with app.test_request_context(headers={"X-Forwarded-Prefix": "/stackroom"}):
        assert sent.answer()[0]["status_url"] == "/stackroom/api/importer/status/some-id"
