"""`python -m aqueduct` is the `aqueduct` command."""

import sys

from aqueduct.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
