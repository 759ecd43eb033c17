"""A recording played into the unmodified daemon, and where it comes out otherwise.

stage.py      a till of the recording's configuration with nothing real in it
players.py    devices, each with what the daemon wrote to it
provider.py   a server on loopback with the recorded answers
clients.py    cash programs
director.py   entry after entry, in their order
sameness.py   what may differ between two runs of the same till
outcome.py    what came out of a run, and the differences between two
answers.py    what came out, for people: pictures, paper, messages
replaying.py  all of it together
"""
