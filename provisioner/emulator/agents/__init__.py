"""The Agents API: agents, sessions, environments, vaults and automations."""
