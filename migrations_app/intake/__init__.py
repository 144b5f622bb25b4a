"""The transfer form: its headings, its rows, its templates. Files are read by `licenses.intake`. No database in it."""
