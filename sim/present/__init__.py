"""Pictures, words and pages made from stored results. Nothing here simulates."""
