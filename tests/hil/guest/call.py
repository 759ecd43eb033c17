"""One call of a cash program: call.py METHOD, its params on standard input. Prints the reply."""

import json
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("/run/pos-bridge/pos.sock")
    request = {"jsonrpc": "2.0", "id": 1, "method": sys.argv[1], "params": json.load(sys.stdin)}
    connection.sendall(json.dumps(request).encode() + b"\n")
    sys.stdout.write(connection.makefile("r", encoding="utf-8").readline())
