"""The product: desired x live -> Plan. Pure: no I/O, no clock, no log."""
