"""From a snapshot to the text of HAProxy's configuration, and from that text back. Pure."""
