"""Types of book files."""
