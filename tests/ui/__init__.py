"""The page, in a real browser, before a real Aqueduct with a real HAProxy and traffic."""
