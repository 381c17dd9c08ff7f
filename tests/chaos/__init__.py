"""The whole of SignFlow as processes, under faults, with a checker at the end: `python -m tests.chaos`.

docs/reliability.md says what a run does and how to read its table.
"""
