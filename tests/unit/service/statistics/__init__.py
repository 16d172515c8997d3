"""Statistics for those who ask once, who watch, and who draw charts, over an HAProxy that tests play."""
