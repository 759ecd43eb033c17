"""Days at a whole till, a process with PTYs and a provider, while whatever can fail fails: as a seed has it."""
