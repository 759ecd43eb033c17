"""A cash program that opens a serial port: port.py PATH. Prints "OPEN", then each line that ends with CR."""

import sys

from serial import Serial

with Serial(sys.argv[1], 115200) as port:
    sys.stdout.write("OPEN\n")
    while True:
        sys.stdout.flush()
        line = port.read_until(b"\r")
        sys.stdout.write(f"LINE {line.decode('ascii', 'backslashreplace')!r}\n")
