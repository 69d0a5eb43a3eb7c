"""The model set beside the published record. Readers only: nothing here changes a parameter."""
