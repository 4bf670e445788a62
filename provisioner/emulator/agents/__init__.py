"""The Agents API of the embedded server: agents, sessions, environments, vaults and automations."""
