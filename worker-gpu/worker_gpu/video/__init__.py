"""Video files: opened so that they can do no harm, decoded frame by frame."""
