"""Batches over HTTP: accept, list, look at, read the results, cancel."""
