"""``python -m deploy.scaffold operation|worker``: writes an author's first files, and nothing else."""
