"""Generated from protos/aqueduct/v1 by `make generate`; never edited."""
