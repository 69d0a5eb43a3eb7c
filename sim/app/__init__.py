"""The web app: options chosen in forms, run by worker processes, answered from stored results."""
