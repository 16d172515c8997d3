"""The words of the original: Thalassa's wire format, its registrations, and Thalassa Aqueduct's file."""
