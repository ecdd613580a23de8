"""Fakes that ship: servers that follow a contract, for tests, benchmarks and trials without the real thing."""
