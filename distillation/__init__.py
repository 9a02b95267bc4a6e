"""More music for the default model to learn from: found, cut, labelled and laid out.

README.md beside this file has the steps in their order.
"""
