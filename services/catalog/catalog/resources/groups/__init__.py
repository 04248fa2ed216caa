"""Groups of book files."""
