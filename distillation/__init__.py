"""More music for the default model to train on: collected, cut, labelled and laid out.

README.md beside this file has the steps in their order.
"""
