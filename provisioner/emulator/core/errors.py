"""The platform's errors, as an exception that handlers raise and that the app turns into an answer.

Applications match on the status and on `type`, `param` and `code`, so all of these are as on the
platform.
"""

from __future__ import annotations

from typing import Any

INVALID_REQUEST = "invalid_request_error"
ELSEWHERE = frozenset(
    [
        "audio",
        "chat",
        "chatkit",
        "completions",
        "embeddings",
        "evals",
        "fine_tuning",
        "images",
        "moderations",
        "organization",
        "projects",
        "realtime",
        "uploads",
        "videos",
    ]
)
"""The first path segments of APIs that the platform has and the embedded server does not."""


class ApiError(Exception):
    """An error answer, with the body `{"error": {"message", "type", "param", "code"}}`.

    `kind` becomes `type`. `param` is the path of the field that is wrong, or None. `code` is None
    for errors to which the platform gives no code.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID_REQUEST,
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }
        }


def not_found(noun: str, name: str) -> ApiError:
    return ApiError(f"No {noun} found with id '{name}'.", status=404)


def not_found_by_id(noun: str, name: str) -> ApiError:
    """Return the error for an unknown id as the Responses API words it."""
    return ApiError(f"{noun} with id '{name}' not found.", status=404)


def missing(param: str) -> ApiError:
    return ApiError(
        f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
    )


def invalid_value(message: str, param: str | None) -> ApiError:
    return ApiError(message, param=param, code="invalid_value")


def unauthenticated() -> ApiError:
    return ApiError(
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        status=401,
    )


def no_beta_header(beta: str) -> ApiError:
    """Return the error for a request whose header `OpenAI-Beta` lacks `beta`, such as `assistants=v2`."""
    api = beta.partition("=")[0].title()
    return ApiError(
        f"You must provide the 'OpenAI-Beta' header to access the {api} API. "
        f"Please try again by setting the header 'OpenAI-Beta: {beta}'.",
        code="invalid_beta",
    )


def too_large(limit: int) -> ApiError:
    """Return the error for a body of more than `limit` bytes."""
    return ApiError(
        f"The body of your request is larger than the {limit:,} bytes that are accepted here.",
        status=413,
    )


def unparsable() -> ApiError:
    return ApiError(
        "We could not parse the JSON body of your request. The API expects a JSON payload, "
        "but what was sent was not valid JSON."
    )


def no_such_url(method: str, path: str) -> ApiError:
    """Return the error for an unknown path. It says so if only the platform has that API."""
    api = path.removeprefix("/v1/").partition("/")[0]
    if path.startswith("/v1/") and api in ELSEWHERE:
        return not_here(f"The embedded server has no '/v1/{api}'.")
    return ApiError(f"Invalid URL ({method} {path})", status=404)


def not_here(message: str) -> ApiError:
    """Return the error for a feature that the platform has and the embedded server does not."""
    return ApiError(message, status=404, code="not_in_embedded_server")


def wrong_method(method: str, path: str) -> ApiError:
    return ApiError(f"Not allowed to {method} on {path}.", status=405, code="method_not_supported")


def unstored(error: Exception) -> ApiError:
    """Return the error for data that cannot be read or written, as on a full disk.

    The platform has no such error, but nobody could find the cause in its general one.
    """
    return ApiError(
        f"The embedded server could not read or write its data: {error}.",
        status=500,
        kind="server_error",
    )


def internal() -> ApiError:
    return ApiError(
        "The server had an error while processing your request. Sorry about that!",
        status=500,
        kind="server_error",
    )
