"""The UTC standard command set for line displays of two rows of 20: of what we send, the same as Logic Controls'.

UTC PD1200 programming guide (pp. 8-9); UTC 3190 manual (p. 8); Posiflex PD-2609 manual (p. 12). A position is DLE, 10h:
the CD5220 manual misprints it as 0Fh. Some clear with RS and some only with a reset, so an empty screen is spaces here
too. ESC d and ESC RS change the command set and are never sent.
"""

from dataclasses import replace

from devices.codecs.displays import logic_controls

COMMAND_SET = replace(logic_controls.COMMAND_SET, name="utc")
