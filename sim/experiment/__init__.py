"""Running experiments and keeping what came out: plans, the pool of workers, stored results, comparisons."""
