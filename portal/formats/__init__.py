"""How Django itself writes dates, on the desk for one: as `sites.formats` does everywhere else."""
