"""`python -m bridge` is `pos-bridge`."""

from bridge.cli.main import main

if __name__ == "__main__":
    main()
