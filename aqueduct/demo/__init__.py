"""The demo: a frontend switched between two versions of a web service, under traffic.

Its parts (web service, traffic, processes) serve the tests and benchmarks as well.
"""
