"""A minute of music that the program plays itself, so that a new library need not stay silent."""
