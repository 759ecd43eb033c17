"""`pos-bridge doctor`: what is wrong with this till, why it matters, and the line that mends it.

command.py      the command: options, exit code
findings.py     what a check says
visit.py        what checks look at: configuration, daemon
checks.py       the table of checks; a new one is a function and a row
test_page.py    what `--print-test` prints
printing.py     how it is printed, and what came of it
"""
