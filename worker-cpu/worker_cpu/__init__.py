"""The worker for the queues ``cpu`` and ``default``."""
