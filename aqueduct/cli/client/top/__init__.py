"""`aqueduct top`: statistics as a table that is drawn anew as they change."""
