"""The one place that writes data: layout, locks, staging, publishing, receipts."""
