"""From decoded frames to shots with a picture of each. Needs numpy, which comes with the model."""
