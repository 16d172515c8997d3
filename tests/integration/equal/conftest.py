"""The walks run with AQUEDUCT_TEST_LONG=1 alone, until what they find is mended (CONTRIBUTING.md)."""

import os

collect_ignore = [] if os.environ.get("AQUEDUCT_TEST_LONG") == "1" else ["test_equal.py"]
