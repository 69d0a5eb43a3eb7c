"""What moves the model through time: the clock, the waiting lines, the event log and the engines."""
