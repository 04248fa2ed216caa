"""Plain Celery tasks of a team's own: one file each, found by itself."""
