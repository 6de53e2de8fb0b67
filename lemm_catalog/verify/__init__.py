"""Whether what was published is still whole: judges, and readers in processes."""
