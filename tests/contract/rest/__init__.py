"""The REST API as its clients know it: what the original answered, and what is promised beyond."""
