"""The model by itself: values in, values out."""
