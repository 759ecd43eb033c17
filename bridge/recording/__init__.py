"""Recordings: what passed between a till and the world around it, as a text file with stand-ins for personal data.

entries.py      one thing that passed, and a whole recording, as values
text.py         the file: text to values and back (docs/recordings.md)
till.py         what of the configuration a recording takes along
wire.py         where the daemon is tapped
recorder.py     a bounded recording of a running daemon
doubles.py      same-shaped stand-ins, the same one each time
finding.py      what is personal in scans and messages
keystrokes.py   what a keyboard scanner typed, with other keys
masking.py      a recording with nothing personal left in it
"""
