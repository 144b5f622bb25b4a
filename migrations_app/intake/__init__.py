"""The way of a file into rows: gate, reader in a limited child, headings, values, templates. No database in it."""
