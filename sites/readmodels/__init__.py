"""What several pages, the API and the terminal show of the same rows."""
