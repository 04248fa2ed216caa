"""The API for workers only: its own process and port, a token, and never routed by the gateway."""
