"""The calls of identity."""
