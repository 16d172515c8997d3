"""What the configuration is: its resources, snapshots of them, and what makes them valid. Pure."""
