"""The benchmarks, taken apart."""
