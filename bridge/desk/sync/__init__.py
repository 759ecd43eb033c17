"""Cards on their way between providers, the cash program's list and what the till remembers.

service.py    what is asked for by a person or by the clock; one run at a time
planning.py   which runs that is
run.py        one run as it goes on: counts, refusals, how it ended
importing.py  cards into the directory
exporting.py  cards of the list to providers that may not know them
rows.py       where rows of a list come from: calls, or a file
patience.py   a provider that is away for a moment
"""
