"""What the commands that talk to a server do."""
