"""What an installer does once: see what is plugged in, and say which of it is what.

proposal.py    configuration to paste for what is plugged in
listening.py   which device a scan comes from
binding.py     a device's place written into the configuration, comments kept
writing.py     files replaced whole, with the one before kept
learn.py       `pos-bridge learn`
"""
