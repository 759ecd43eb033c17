"""Seeing through to the provider what a receipt wants of it, and telling staff what only they can settle."""
