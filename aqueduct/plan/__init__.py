"""From the sections that run to the sections desired: what an apply has to do. Pure."""
