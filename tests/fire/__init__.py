"""An app of the tests' own: kinds of jobs that die, hang or are held, for workers that run as processes."""
