"""Of aqueduct.client what is pure, and its calls against a server of our own."""
