"""What no wrong number survives: the reader of Google Sheets under faults and edits, and the app over hours.

`python -m chaos run` and `python -m chaos soak`; docs/robustness.md says what they find.
"""
