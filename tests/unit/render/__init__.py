"""The renderer by itself: values in, text out."""
