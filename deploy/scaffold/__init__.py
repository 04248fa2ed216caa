"""``python -m deploy.scaffold``: writes an author's first files, and nothing else."""
