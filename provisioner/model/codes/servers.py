"""Defines codes of requests to servers: what servers and credentials answered, and what was not sent."""

from provisioner.model.code import error

ANSWER_UNREADABLE = error(
    "answer-unreadable",
    "the answer cannot be read",
    "The server answered with success, but the body is not what was requested. The answer may be "
    "from a proxy. Check the `base_url`, and what is in front of the server.",
)
REQUEST_UNSENDABLE = error(
    "request-unsendable",
    "the request cannot be sent",
    "The request contains something that cannot be sent, such as a header with a line break. "
    "Correct the value that the detail names.",
)
UNREACHABLE = error(
    "unreachable",
    "the server cannot be reached",
    "No connection was possible, so nothing was sent. The detail says where the address was set. "
    "Start the server, correct the address, or set the proxy that leads to it.",
)
ANSWER_LATE = error(
    "answer-late",
    "the server did not answer in time",
    "The request was sent, but no complete answer came before the deadline. Raise `--timeout`, "
    "or try again.",
)
CONNECTION_BROKE = error(
    "connection-broke",
    "the connection broke",
    "The request was sent, but the connection ended before a complete answer came. Run the "
    "command again: apply finds out what was performed.",
)
KEY_REFUSED = error(
    "key-refused",
    "the server refused the key",
    "The key is not valid, or has no permission for this request. Check the key and its "
    "permissions.",
)
TOKEN_REFUSED = error(
    "token-refused",
    "the server refused the token",
    "The token of the machine's identity is not valid, or has no permission for this request. "
    "Check the roles of the identity.",
)
BEING_CHANGED = error(
    "being-changed",
    "the object is being changed by another request",
    "Another request is changing the object. Try again.",
)
SERVER_FAILED = error(
    "server-failed",
    "the server failed",
    "The server answered with a server error at every attempt. Run the command again later. If "
    "the error stays, tell whoever runs the server.",
)
REQUEST_REFUSED = error(
    "request-refused",
    "the server refused the request",
    "The server understood the request and refuses it. The detail has its message. Correct what "
    "it names.",
)
ASSISTANTS_API_GONE = error(
    "assistants-api-gone",
    "this host no longer has the Assistants API",
    "OpenAI switched the Assistants API off on 2026-08-26. Use the runtime `responses` or "
    "`agents`, or a compatible server.",
)
NO_SUCH_API = error(
    "no-such-api",
    "the server has no such API",
    "The server does not have this part of the API. Check the `base_url`, or remove the "
    "resources that need this part.",
)
NO_QUOTA = error(
    "no-quota",
    "the account has no quota left",
    "The account has used up its quota, so waiting does not help. Have the quota raised, or use "
    "another account.",
)
TOO_MANY_REQUESTS = error(
    "too-many-requests",
    "the server asks for fewer requests",
    "The server limits the rate of requests. Try again later.",
)
NO_SUCH_OBJECT = error(
    "no-such-object",
    "no such object",
    "The object in the request does not exist. The detail names it. Somebody may have deleted "
    "it. Plan again.",
)
NO_SUCH_OPERATION = error(
    "no-such-operation",
    "the API has no such operation",
    "The API has no request for this operation. The detail names another way, if there is one.",
)
REDIRECTED = error(
    "redirected",
    "the server redirects elsewhere",
    "The server redirects to another host. The redirect was not followed, because the key must "
    "be sent only to the host of the target. If the API is at the new address, write that "
    "address into the target's `base_url`.",
)
REDIRECTS_IN_CIRCLES = error(
    "redirects-in-circles",
    "the server redirects too often",
    "Every redirect led to another redirect. Check the `base_url`.",
)
CERTIFICATE_UNTRUSTED = error(
    "certificate-untrusted",
    "the certificate is not trusted",
    "This machine does not trust the certificate of the server, or of a proxy that decrypts TLS. "
    "Nothing was sent. Set `SSL_CERT_FILE` to the file with the certificates to trust.",
)
NO_TLS = error(
    "no-tls",
    "no secure connection came about",
    "The server at this address does not use TLS, which `https://` requires. Nothing was sent. "
    "If it uses plain HTTP, write `http://` into the `base_url`.",
)
CERTIFICATES_UNREADABLE = error(
    "certificates-unreadable",
    "the certificates to trust cannot be read",
    "`SSL_CERT_FILE` or `SSL_CERT_DIR` names a path that does not exist or contains no "
    "certificates. Correct or unset it. Nothing was sent.",
)
PROXY_UNUSABLE = error(
    "proxy-unusable",
    "the proxy cannot be used",
    "The environment variable of the proxy does not contain the URL of a proxy. Nothing was "
    "sent. Write it as http://HOST:PORT, or unset the variable.",
)
NO_SOCKS_LIBRARY = error(
    "no-socks-library",
    "a SOCKS proxy needs the package socksio",
    "Install the package, or add the host to `NO_PROXY` to connect without the proxy. Nothing "
    "was sent.",
)
PROXY_UNREACHABLE = error(
    "proxy-unreachable",
    "the proxy cannot be reached",
    "No connection to the proxy from the environment was possible, so nothing was sent. Start "
    "the proxy, correct the variable, or add the host to `NO_PROXY`.",
)
PROXY_PASSWORD = error(
    "proxy-password",
    "the proxy wants a password",
    "The proxy answered with status 407. Write user and password into the environment variable "
    "of the proxy.",
)
PROXY_REFUSED = error(
    "proxy-refused",
    "the proxy refused the connection",
    "The proxy does not allow connections to this host. Have the host allowed, or add it to "
    "`NO_PROXY`.",
)
PROXY_FAILED = error(
    "proxy-failed",
    "the proxy does not reach the server",
    "The proxy answered, but could not connect to the server. Check the proxy, or add the host "
    "to `NO_PROXY`.",
)
GATEWAY_REFUSED = error(
    "gateway-refused",
    "something before the server refused the request",
    "The status is 401 or 403, but the answer is not from the API: it may be from a gateway, a "
    "firewall or a proxy. If it needs a header, set it under `headers` of the target.",
)
EMBEDDED_DATA = error(
    "embedded-data",
    "the embedded server cannot use its data",
    "The database of the embedded server is damaged, of another version, or in use. Repair or "
    "move the file, or name another one with `data:`.",
)
NOT_CONNECTABLE = error(
    "not-connectable",
    "the target cannot be connected to",
    "A setting of the target cannot be used. The detail says which. Correct it in the Stack or "
    "in the environment.",
)
LIST_UNREADABLE = error(
    "list-unreadable",
    "the server's list cannot be read",
    "A page of a list does not have the form that the API describes, so it is not known which "
    "objects exist. Check the `base_url`; the answer may be from a proxy.",
)
LIST_UNTRUSTED = error(
    "list-untrusted",
    "the server's pagination cannot be trusted",
    "The pages of a list repeat or contradict each other, so it is not known which objects "
    "exist. Nothing was planned. Report this to whoever runs the server.",
)
KEY_MISSING = error(
    "key-missing",
    "the API key is missing",
    "The environment variable of the key is not set. Set it, or write it into `.env`.",
)
KEY_UNUSABLE = error(
    "key-unusable",
    "the API key cannot be sent",
    "The environment variable of the key contains a line break or a character that is not ASCII, "
    "so no HTTP header can contain it. Copy the key again, and set the variable again.",
)
HOST_NOT_ALLOWED = error(
    "host-not-allowed",
    "the host is not allowed",
    "`PROVISIONER_ALLOWED_HOSTS` lists the hosts to which requests may be sent, and this host is "
    "not among them. Nothing was sent. Use another target, or have the host added to the variable.",
)
NOT_A_FOUNDRY_HOST = error(
    "not-a-foundry-host",
    "not a host of Foundry",
    "An Entra token is sent only to hosts of Microsoft Foundry. Nothing was sent. If this host "
    "is a gateway to Foundry, add it to `PROVISIONER_ALLOWED_HOSTS`.",
)
TOKEN_NEEDS_HTTPS = error(
    "token-needs-https",
    "a token needs https",
    "With plain HTTP anybody on the way could read the token. Nothing was sent. Write `https://` "
    "into the `base_url`.",
)
NOT_A_WEB_ADDRESS = error(
    "not-a-web-address",
    "the base_url is no web address",
    "The address cannot be used. A valid address is, for example, `https://HOST/v1`. Correct it.",
)
NOT_A_GITHUB_JOB = error(
    "not-a-github-job",
    "this is no GitHub job that may ask for a token",
    "A workload identity of GitHub works only in a job that may request a token. Give the job "
    "`permissions: {id-token: write}`, or use another target.",
)
NO_AZURE_LIBRARY = error(
    "no-azure-library",
    "azure-identity is not installed",
    "A target with `server: foundry` needs this package to get its token. Install the extra "
    "`foundry`.",
)
ENTRA_SETTINGS = error(
    "entra-settings",
    "Entra's settings cannot be used",
    "The environment variables of Entra are incomplete or contradict each other. Set all of them "
    "or none. The detail has the message of Entra's library.",
)
ENTRA_NO_TOKEN = error(
    "entra-no-token",
    "Entra gave no token for Foundry",
    "Entra accepted no credential of this machine. Sign in with `az login`, or give this machine "
    "an identity with access to the project.",
)
NO_MACHINE_TOKEN = error(
    "no-machine-token",
    "this machine was given no token",
    "The identity provider of this machine returned no token. The detail says what this machine "
    "needs.",
)
EXCHANGE_FAILED = error(
    "exchange-failed",
    "the token exchange does not work",
    "The service that exchanges the machine's token could not be reached. No request was sent. "
    "Try again, or check that this machine can reach the address in the detail.",
)
IDENTITY_REFUSED = error(
    "identity-refused",
    "the machine's identity was refused",
    "No mapping of the identity provider matches the token of this machine. Change the mappings "
    "so that exactly one matches the token, including its audience.",
)
CONNECTION_CLOSED = error(
    "connection-closed",
    "the connection is closed",
    "The run has ended, so nothing more is sent. Run the command again.",
)
