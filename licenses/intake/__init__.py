"""The way of a file into rows: gate, reader in a limited child, headings, values. No database in it."""
