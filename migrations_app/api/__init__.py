"""The API's doors to moves: requests and their steps, transfer forms and their rows."""
