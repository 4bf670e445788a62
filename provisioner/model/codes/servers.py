"""Codes of what servers, registries and credentials answer, and of what was not sent to them."""

from provisioner.model.code import error

ANSWER_UNREADABLE = error(
    "answer-unreadable",
    "the answer cannot be read",
    "The server answered with success, and with a body that is not what was asked for. A "
    "proxy may stand in between. Check the base_url, and what stands in front of the server.",
)
REQUEST_UNSENDABLE = error(
    "request-unsendable",
    "the request cannot be sent",
    "The request holds what cannot be sent, such as a header with a line break. Mend the value "
    "that the detail names.",
)
UNREACHABLE = error(
    "unreachable",
    "the server cannot be reached",
    "No connection came about, so nothing was sent. The detail says where the address comes from."
    " Start the server, mend the address, or name the proxy that leads to it.",
)
ANSWER_LATE = error(
    "answer-late",
    "the server did not answer in time",
    "The request was sent, and no whole answer came before the deadline. Raise `--timeout`, "
    "or try again.",
)
CONNECTION_BROKE = error(
    "connection-broke",
    "the connection broke",
    "The request was sent, and the connection ended before a whole answer came. Run again: "
    "apply looks for what was performed.",
)
KEY_REFUSED = error(
    "key-refused",
    "the server refused the key",
    "The key is not valid, or may not do this. Check the key and its permissions.",
)
TOKEN_REFUSED = error(
    "token-refused",
    "the server refused the token",
    "The token of the identity is not valid, or may not do this. Check the roles of the identity.",
)
BEING_CHANGED = error(
    "being-changed",
    "the object is being changed by another request",
    "Another request holds the object. Try again.",
)
SERVER_FAILED = error(
    "server-failed",
    "the server failed",
    "The server answered with an error of its own, each time that it was asked. Run again later; "
    "if it stays so, tell whoever runs the server.",
)
REQUEST_REFUSED = error(
    "request-refused",
    "the server refused the request",
    "The server understood the request and does not take it. What it said stands in the detail. "
    "Mend what it names.",
)
ASSISTANTS_API_GONE = error(
    "assistants-api-gone",
    "this host no longer has the Assistants API",
    "OpenAI retired the Assistants API on 2026-08-26. Use the runtime `responses` or "
    "`agents`, or a compatible server.",
)
NO_SUCH_API = error(
    "no-such-api",
    "the server has no such API",
    "The server does not have this part of the API. Check the base_url, or leave out what "
    "needs it.",
)
NO_QUOTA = error(
    "no-quota",
    "the account has no quota left",
    "The account may not make further requests. Waiting does not help. Have the quota raised, or "
    "use another account.",
)
TOO_MANY_REQUESTS = error(
    "too-many-requests",
    "the server asks for fewer requests",
    "The server's rate limit was reached. Try again in a while.",
)
NO_SUCH_OBJECT = error(
    "no-such-object",
    "no such object",
    "The object that the request names does not exist. The detail names it. Plan again: somebody "
    "may have deleted it.",
)
NO_SUCH_OPERATION = error(
    "no-such-operation",
    "the API has no such operation",
    "The API has no request for what was asked. This is a limit of the API, so there is "
    "another way or none. Look for the way that the detail names.",
)
REDIRECTED = error(
    "redirected",
    "the server redirects elsewhere",
    "The redirect leads to another host and was not followed, because the key belongs to the host"
    " that the target names. If the API lives there, write that address as the target's "
    "`base_url`.",
)
REDIRECTS_IN_CIRCLES = error(
    "redirects-in-circles",
    "the server redirects too often",
    "One redirect followed another. Check the base_url.",
)
CERTIFICATE_UNTRUSTED = error(
    "certificate-untrusted",
    "the certificate is not trusted",
    "The certificate of the server, or of a proxy that opens TLS, is not valid on this machine. "
    "Nothing was sent. `SSL_CERT_FILE` names the certificates to trust.",
)
NO_TLS = error(
    "no-tls",
    "no secure connection came about",
    "What answers at this address does not speak TLS as `https://` needs it. Nothing was sent. If"
    " it speaks plain HTTP, write `http://` in the base_url.",
)
CERTIFICATES_UNREADABLE = error(
    "certificates-unreadable",
    "the certificates to trust cannot be read",
    "`SSL_CERT_FILE` or `SSL_CERT_DIR` names something that is not there, or that holds no "
    "certificates. Mend or unset it. Nothing was sent.",
)
PROXY_UNUSABLE = error(
    "proxy-unusable",
    "the proxy cannot be used",
    "The variable that names the proxy does not hold the URL of one. Nothing was sent. Write it "
    "as http://HOST:PORT, or unset the variable.",
)
NO_SOCKS_LIBRARY = error(
    "no-socks-library",
    "a SOCKS proxy needs the package socksio",
    "Install it, or take the host out of the proxy with `NO_PROXY`. Nothing was sent.",
)
PROXY_UNREACHABLE = error(
    "proxy-unreachable",
    "the proxy cannot be reached",
    "No connection came about to the proxy that the environment names, so nothing was sent. Start"
    " the proxy, mend the variable, or name the host in `NO_PROXY`.",
)
PROXY_PASSWORD = error(
    "proxy-password",
    "the proxy wants a password",
    "The proxy answered 407. Write user and password into the variable that names it.",
)
PROXY_REFUSED = error(
    "proxy-refused",
    "the proxy refused the connection",
    "The proxy does not let this host through. Have it allowed, or name it in `NO_PROXY`.",
)
PROXY_FAILED = error(
    "proxy-failed",
    "the proxy does not reach the server",
    "The proxy answered, and made no connection to the server. See that the proxy reaches the "
    "server, or name the host in `NO_PROXY`.",
)
GATEWAY_REFUSED = error(
    "gateway-refused",
    "something before the server refused the request",
    "A 401 or 403 that does not look like the API's own: a gateway, a firewall or a proxy. It may "
    "want a header: `headers:` of the target.",
)
EMBEDDED_DATA = error(
    "embedded-data",
    "the embedded server cannot use its data",
    "The database of the embedded server is damaged, of another version, or in use. Mend or move "
    "the file, or name another one by `data:`.",
)
NOT_CONNECTABLE = error(
    "not-connectable",
    "the target cannot be connected to",
    "The settings of the target cannot be used. The detail says which. Mend it in the Stack or in"
    " the environment.",
)
LIST_UNREADABLE = error(
    "list-unreadable",
    "the server's list cannot be read",
    "A page of a list is not what the API describes, so what exists cannot be known. Check the "
    "base_url; a proxy may stand in between.",
)
LIST_UNTRUSTED = error(
    "list-untrusted",
    "the server's pagination cannot be trusted",
    "The pages of a list repeat or contradict each other, so what exists cannot be known for "
    "certain. Nothing is planned from it. Report it to whoever runs the server.",
)
KEY_MISSING = error(
    "key-missing",
    "the API key is missing",
    "The environment variable of the key is not set. Set it, or put it into `.env`.",
)
KEY_UNUSABLE = error(
    "key-unusable",
    "the API key cannot be sent",
    "The variable of the key holds a line break or a character beyond ASCII, so no HTTP header can carry it. "
    "Copy the key once more, and set the variable again.",
)
HOST_NOT_ALLOWED = error(
    "host-not-allowed",
    "the host is not allowed",
    "`PROVISIONER_ALLOWED_HOSTS` bounds where requests go, and this host is not on the list. "
    "Nothing was sent. Use another target, or have the host added.",
)
NOT_A_FOUNDRY_HOST = error(
    "not-a-foundry-host",
    "not a host of Foundry",
    "An Entra token is sent to hosts of Foundry only. Nothing was sent. If the host fronts "
    "Foundry, name it in `PROVISIONER_ALLOWED_HOSTS`.",
)
TOKEN_NEEDS_HTTPS = error(
    "token-needs-https",
    "a token needs https",
    "Over http anybody on the way could read the token. Nothing was sent. Write `https://` in the"
    " base_url.",
)
NOT_A_WEB_ADDRESS = error(
    "not-a-web-address",
    "the base_url is no web address",
    "The address cannot be used. One looks like `https://HOST/v1`. Correct it.",
)
NOT_A_GITHUB_JOB = error(
    "not-a-github-job",
    "this is no GitHub job that may ask for a token",
    "Give the job `permissions: {id-token: write}`, or use another target.",
)
NO_AZURE_LIBRARY = error(
    "no-azure-library",
    "azure-identity is not installed",
    "A target with `server: foundry` gets its token through it. Install the extra `foundry`.",
)
ENTRA_SETTINGS = error(
    "entra-settings",
    "Entra's settings cannot be used",
    "The environment variables of Entra are not whole or contradict each other. Set all of them "
    "or none; the detail says what Entra's library found.",
)
ENTRA_NO_TOKEN = error(
    "entra-no-token",
    "Entra gave no token for Foundry",
    "No credential of this machine was taken by Entra. Sign in with `az login`, or give this "
    "machine an identity that may use the project.",
)
NO_MACHINE_TOKEN = error(
    "no-machine-token",
    "this machine was given no token",
    "The identity provider of this machine gave no token. The detail says what this machine needs.",
)
EXCHANGE_FAILED = error(
    "exchange-failed",
    "the token exchange does not work",
    "The exchange of the machine's token could not be reached. No request was sent. Try again, or"
    " check that this machine reaches the address in the detail.",
)
IDENTITY_REFUSED = error(
    "identity-refused",
    "the machine's identity was refused",
    "No mapping of the identity provider matches this machine's token. Have exactly one mapping "
    "match the token, its audience included.",
)
CONNECTION_CLOSED = error(
    "connection-closed",
    "the connection is closed",
    "The run has ended, and nothing more is sent. Run again.",
)
