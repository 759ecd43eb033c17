"""`make demo`: one whole sale through the real daemon, played and shown in the terminal."""
