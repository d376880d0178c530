"""Backups: one encrypted file that holds everything, taken while the product is in use, and put back somewhere new.

`archive` makes, verifies and restores; `sealing` is the form of the file; `state` says what a database holds, so that
what was restored can be compared with what was backed up; `stores` knows SQLite and PostgreSQL.

The key ring is never in a backup. Without it a backup cannot be opened by anybody: keep a copy of it elsewhere.
"""
