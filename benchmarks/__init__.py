"""The benchmarks: each workload against its peers, in the same run on one machine."""
