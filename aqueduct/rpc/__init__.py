"""gRPC: thin servicers over the services, and the translation of errors."""
