"""The whole stack as plain processes: ``python -m deploy.local up|down|status|demo``."""
