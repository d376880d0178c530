"""Changes one thing at a time in the code that matters most, and counts how often the tests notice.

`operators.py` makes the changes, `plugin.py` runs the tests on each in a process of its own, `groups.py` says which
code is tried with which tests.
"""
