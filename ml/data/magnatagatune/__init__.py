"""MagnaTagATune, and any folder in its layout: from the zip to one memory-mapped file a split.

E. Law, K. West, M. Mandel, M. Bay, J. S. Downie, "Evaluation of algorithms using games: the case
of music tagging", ISMIR 2009. The data set is CC BY-NC-SA 3.0.
"""
