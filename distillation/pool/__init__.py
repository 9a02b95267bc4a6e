"""The pool: short clips of what the stand-in lacks, and what is known of each beside the teachers.

A folder. Steps add sound under `audio/` and lines to `pool.jsonl`; `publish` writes the tables that
`distillation.student` trains on. README.md one folder above has the steps in their order.
"""
