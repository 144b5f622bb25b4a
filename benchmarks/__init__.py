"""Benchmarks: each module has `run() -> Result`; `make bench` runs them all and prints a line of JSON for each."""
