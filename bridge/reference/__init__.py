"""The reference pages of docs/, made from the code: `python -m bridge.reference` writes them, tests find stale ones."""
