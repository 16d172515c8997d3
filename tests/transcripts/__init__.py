"""Readable transcripts of what a change leads to."""
