"""The API's doors to sites, Agreements, license lines, parts and proofs: reading only."""
