"""HTTP in the event loop of everything else: what the gateway and a Thalassa registry are served by."""
