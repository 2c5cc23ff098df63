"""How fast the Scorecard page is, against the script most people would write: docs/benchmarks.md."""
