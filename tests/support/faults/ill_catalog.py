"""A catalog that answers every call with 500, also whether it is ready: as with a broken release or a lost table.

Nothing but a test runs this.
"""

from flask import Flask, Response

app = Flask("ill")


@app.errorhandler(404)
def fail(_error: Exception) -> Response:
    return Response('{"code":"internal_error"}', 500, content_type="application/problem+json")
