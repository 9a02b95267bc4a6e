"""The children of an embedded installation: started, kept alive, stopped in order."""
