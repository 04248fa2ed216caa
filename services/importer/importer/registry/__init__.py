"""What a batch can ask for: one object that is asked for an operation by its name."""
