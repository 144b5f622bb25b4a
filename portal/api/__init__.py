"""How the API speaks: who asks, pages, problems."""
