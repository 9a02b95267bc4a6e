"""A library in the formats of other programs, written piece by piece: none is too long."""
