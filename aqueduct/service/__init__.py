"""The uses of the control plane, independent of the protocol that calls them."""
