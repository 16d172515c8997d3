"""The web page: its files, and how the gateway serves them."""
