"""What the stack is made of: which packages, whether holes are known in them, which base images."""
