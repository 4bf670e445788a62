"""The Responses API of the embedded server, with conversations, containers, batches, jobs and evals."""
