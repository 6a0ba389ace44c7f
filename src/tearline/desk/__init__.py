"""The desk: the same work in a browser, for several bodies that may not see into each other.

A Django project, a folder an app; it owns the database, where work lives (accounts, cases, requests). Evidence
stays in the ledger and is reached through the workspace alone (`evidence.py`). Who may see what is decided in one
module (`walls.py`).
"""
