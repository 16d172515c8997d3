"""What the commands that talk to a server do: modules that import gRPC, and that only a command imports."""
