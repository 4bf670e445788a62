"""What a request for a credential may hold: one shape to make it, another to rotate its secrets."""

from __future__ import annotations

from provisioner.emulator.agents.api import LONGEST, METADATA, TEXT
from provisioner.emulator.core.shapes import TYPE_ONLY, closed, items, null, tagged, text
from provisioner.emulator.core.validation import Body

NETWORKING = tagged(
    {
        "unrestricted": TYPE_ONLY,
        "limited": closed({"type": {}, "allowed_hosts": items(TEXT, 16, 1)}, "allowed_hosts"),
    }
)
CLIENT = closed({"type": {}, "client_secret": TEXT}, "client_secret")
NEW_CLIENT = closed({"type": {}, "client_secret": null(TEXT)})
CREATE = Body(
    closed(
        {
            "name": TEXT,
            "metadata": METADATA,
            "auth": tagged(
                {
                    "static_bearer": closed(
                        {"type": {}, "mcp_server_url": TEXT, "token": TEXT},
                        "mcp_server_url",
                        "token",
                    ),
                    "mcp_oauth": closed(
                        {
                            "type": {},
                            "mcp_server_url": TEXT,
                            "access_token": TEXT,
                            "expires_at": null(TEXT),
                            "refresh": null(
                                closed(
                                    {
                                        "client_id": TEXT,
                                        "refresh_token": TEXT,
                                        "token_endpoint": TEXT,
                                        "token_endpoint_auth": tagged(
                                            {
                                                "none": TYPE_ONLY,
                                                "client_secret_basic": CLIENT,
                                                "client_secret_post": CLIENT,
                                            }
                                        ),
                                        "resource": null(TEXT),
                                        "scope": null(TEXT),
                                    },
                                    "client_id",
                                    "refresh_token",
                                    "token_endpoint",
                                    "token_endpoint_auth",
                                )
                            ),
                        },
                        "mcp_server_url",
                        "access_token",
                    ),
                    "environment_variable": closed(
                        {
                            "type": {},
                            "secret_name": TEXT,
                            "secret_value": text(LONGEST, shortest=1),
                            "networking": NETWORKING,
                        },
                        "secret_name",
                        "secret_value",
                        "networking",
                    ),
                }
            ),
        },
        "name",
        "auth",
    )
)
ROTATE = Body(
    closed(
        {
            "metadata": METADATA,
            "auth": tagged(
                {
                    "static_bearer": closed({"type": {}, "token": TEXT}, "token"),
                    "mcp_oauth": closed(
                        {
                            "type": {},
                            "access_token": null(TEXT),
                            "expires_at": null(TEXT),
                            "refresh": null(
                                closed(
                                    {
                                        "refresh_token": null(TEXT),
                                        "scope": null(TEXT),
                                        "token_endpoint_auth": null(
                                            tagged(
                                                {
                                                    "client_secret_basic": NEW_CLIENT,
                                                    "client_secret_post": NEW_CLIENT,
                                                }
                                            )
                                        ),
                                    }
                                )
                            ),
                        }
                    ),
                    "environment_variable": closed(
                        {"type": {}, "secret_value": text(LONGEST, shortest=1)}, "secret_value"
                    ),
                }
            ),
        }
    )
)
