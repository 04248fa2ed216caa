"""For gunicorn: identity with the settings of the environment, which hashes a password in a millisecond."""

from identity.app import create_app
from tests.support.identity.settings import CHEAP

app = create_app(parameters=CHEAP)
