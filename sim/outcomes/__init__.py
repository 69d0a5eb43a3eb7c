"""What a run means: every outcome, as a pure function of the population, the event log and the cohort."""
