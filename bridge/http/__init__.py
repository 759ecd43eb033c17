"""The cash program's side over HTTP: the socket's own dispatcher and events behind Starlette on uvicorn's protocol.

Imported only when `[http]` is enabled. docs/http.md.
"""
