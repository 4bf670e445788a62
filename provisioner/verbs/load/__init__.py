"""load: give an application a live assistant. Each way of loading imports only what it needs."""
