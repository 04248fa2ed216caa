"""Packages that need a GPU, without one: a folder for PYTHONPATH."""
