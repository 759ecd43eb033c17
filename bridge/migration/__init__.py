"""From other programs' settings to ours: text in, text out."""
