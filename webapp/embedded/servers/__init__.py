"""The database server and the broker of an embedded installation."""
