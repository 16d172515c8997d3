"""A Thalassa registry: as a source of members, and as where Aqueduct registers itself."""
