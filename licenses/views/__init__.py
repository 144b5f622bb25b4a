"""Pages of sites, Agreements, licenses and proofs."""
