"""What others say of a dataset, gathered: records, documents, repositories, folders."""
