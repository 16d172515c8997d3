"""The tests of Aqueduct."""
