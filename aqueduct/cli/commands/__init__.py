"""The commands that talk to a server: their words and options. What they do is in `cli/client`."""
