"""The Million Song Dataset with Last.fm's tags, as the papers on sample-level networks split it.

T. Bertin-Mahieux, D. P. W. Ellis, B. Whitman, P. Lamere, "The Million Song Dataset", ISMIR 2011.
The sound is 7digital's previews, which who has them may not pass on: nothing here fetches them.
"""
