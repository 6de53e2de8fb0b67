"""`new`: drafts of manifests from what sources say, and what it will not do."""
