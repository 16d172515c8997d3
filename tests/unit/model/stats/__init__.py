"""What HAProxy told, as what the API tells."""
