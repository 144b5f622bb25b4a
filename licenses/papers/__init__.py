"""Papers as PDF/A and PDF/UA: typst templates beside the code that fills them. No database here."""
