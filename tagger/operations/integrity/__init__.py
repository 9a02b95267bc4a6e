"""Whether files, rows, hashes, analyses and tags agree, and what can be done where they do not."""
