"""Audits of licenses, in the formats that people and their tools read."""
