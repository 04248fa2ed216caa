"""A catalog that forgets what it applied: a repeated call is applied again.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

from unittest.mock import patch

from catalog.app import create_app
from catalog.bulk import applied_keys

patch.object(applied_keys, "applied_before", lambda *_: None).start()
patch.object(applied_keys, "write", lambda *_: None).start()
app = create_app()
