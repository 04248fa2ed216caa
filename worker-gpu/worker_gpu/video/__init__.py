"""Video files: opened inside one folder only, decoded frame by frame."""
