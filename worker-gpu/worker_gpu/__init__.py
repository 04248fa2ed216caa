"""The worker for the queue ``gpu``."""
