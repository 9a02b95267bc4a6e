"""Reading of untrusted files in processes that can do nothing else.

A decoder server is started once for each process that reads files; it forks a child for every
file. The child is given the open file and a socket, gives up everything else (see `confine`), and
answers with plain bytes and JSON, so that a file that takes FFmpeg over has gained nothing.
"""
