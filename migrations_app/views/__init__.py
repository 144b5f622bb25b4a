"""Pages of moves: the list, the assistant, a request, and filled-in forms."""
