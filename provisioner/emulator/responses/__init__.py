"""The Responses API: responses, conversations, their items and containers."""
