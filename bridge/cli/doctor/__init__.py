"""`pos-bridge doctor`: what is wrong with this till, why it matters, and the line that mends it.

command.py      the command: options, exit code
findings.py     what a check says
visit.py        what checks look at: configuration, machine, daemon
checks.py       the table of checks; a new one is a function and a row
udev.py         rules there and not hidden            nodes.py       nodes there, for us, and nobody else's
strangers.py    ModemManager, brltty, CUPS, sleep     settings.py    code pages
scans.py        the last scans as their shape         providers.py   answer, certificate, clock
stores.py       journal and socket                    asking.py      DLE EOT where no daemon runs
test_page.py    what `--print-test` prints            showing.py     what `--show-test` shows
printing.py     how the page is printed               bundle.py      what support gets
places.py       configured devices in sysfs           processes.py   who runs, who has what open
mending.py      the line that mends it
"""
