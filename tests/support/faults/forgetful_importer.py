"""An importer that takes no notice of the client's key: a repeated post is a second batch.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

from unittest.mock import patch

from importer.app import create_app
from importer.batches import accept

patch.object(accept, "idempotency_key", lambda: None).start()
app = create_app()
