"""Views: a report as text, JSON and other formats, one file each."""
