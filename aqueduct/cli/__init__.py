"""The command line: it turns words into Settings, and errors into one line and an exit code."""
