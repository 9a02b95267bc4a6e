"""The whole installation in one folder, and back: rows, uploads, models, key."""
