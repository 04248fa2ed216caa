"""What comes in at the door: bodies are spooled, checked row by row, and cut into chunks."""
