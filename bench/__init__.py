"""Benchmarks: run them from the project's root, as `python -m bench.dns` (README.md)."""
