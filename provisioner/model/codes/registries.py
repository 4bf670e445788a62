"""Defines codes of release registries: reaching them, publishing to them and loading from them."""

from provisioner.model.code import error, warning

REGISTRY_REFUSED_ACCESS = error(
    "registry-refused-access",
    "the release registry refused access",
    "The registry rejected the credentials of this machine. Check them and their permissions.",
)
REGISTRY_UNREACHABLE = error(
    "registry-unreachable",
    "the release registry cannot be reached",
    "No connection to the registry was possible. Check the address, and for object storage its "
    "endpoint.",
)
REGISTRY_ABSENT = error(
    "registry-absent",
    "the release registry does not exist",
    "The bucket or folder does not exist. Create it, or correct its URL.",
)
NO_REGISTRY_LIBRARY = error(
    "no-registry-library",
    "a library for this registry is not installed",
    "Storage of this kind needs another Python package. Install the package that the detail names.",
)
REGISTRY_BUSY = error(
    "registry-busy",
    "the release registry asks for fewer requests",
    "The storage limits the rate of requests. Try again later.",
)
REGISTRY_REFUSED = error(
    "registry-refused",
    "the release registry refused the request",
    "The storage does not accept this request, and would refuse it again. The detail has the "
    "storage's message. Correct what the message names, or use another registry.",
)
REGISTRY_FAILED = error(
    "registry-failed",
    "the release registry failed",
    "The storage answered with an error of its own, or its answer was lost on the way. Try again "
    "later. If it fails again, report it to the operator of the storage.",
)
REGISTRY_NOT_EXCLUSIVE = warning(
    "registry-not-exclusive",
    "this storage does not publish exclusively",
    "The storage has no conditional write, so two applies at the same time could overwrite each "
    "other's release. Run only one apply at a time.",
)
REGISTRY_ONE_STORAGE = error(
    "registry-one-storage",
    "a release registry is one storage",
    "The URL combines several storages. Name only one.",
)
NO_SUCH_RELEASE = error(
    "no-such-release",
    "no such release",
    "No release with this name, number or owner was published. Check the name, or apply the "
    "manifests to a target with this registry.",
)
SEVERAL_OWNERS = error(
    "several-owners",
    "several owners have this assistant",
    "The registry contains the assistant of several owners. Choose one with `owner=`.",
)
RELEASE_DAMAGED = error(
    "release-damaged",
    "a release is damaged",
    "A file of the registry is not valid JSON, or its digest or seal does not fit its content. "
    "The file is ignored but kept, and so are the objects to which it refers. Restore or delete "
    "the file, or publish again.",
)
NOT_A_RELEASE_NAME = error(
    "not-a-release-name",
    "no assistant can have this name",
    "The name contains characters that no release can have. Rename the assistant with "
    "only letters, digits, `_` and `-`.",
)
RELEASE_WITHOUT_OWNER = error(
    "release-without-owner",
    "a release without an owner",
    "A release cannot be published without a mark. This is a bug of the program that called "
    "`create`.",
)
NO_RELEASE_ACTION = error(
    "no-release-action",
    "releases have no such action",
    "The registry of releases does not support this operation.",
)
NO_RELEASE_FIELD = error(
    "no-release-field", "a release has no such field", "A release cannot contain this field."
)
NAME_WITHOUT_RELEASES = error(
    "name-without-releases",
    "this name cannot have releases",
    "The name of the owner or of the assistant cannot be the name of a folder. Rename it with only "
    "letters, digits, `_` and `-`.",
)
RELEASE_NO_JSON = error(
    "release-no-json",
    "a release is no JSON",
    "The release has a value that JSON cannot represent. Correct it in the manifest.",
)
REGISTRY_NO_FOLDER = error(
    "registry-no-folder",
    "the release registry is not a folder",
    "There is a file at the path of the registry's folder. Correct the path.",
)
REGISTRY_LATE = error(
    "registry-late",
    "the release registry did not answer in time",
    "A request was not answered completely before the deadline of `--timeout`. Raise "
    "`--timeout`, or check that a server answers at this address.",
)
REGISTRY_NO_LISTING = error(
    "registry-no-listing",
    "what answered is no release registry",
    "The answer was an HTML page or empty, in place of a list or a release. It may be from a "
    "proxy or a login page, so it is not taken for an empty registry. Check the address, and "
    "what is in front of the storage.",
)
REGISTRY_NO_CONDITION = error(
    "registry-no-condition",
    "this storage has no conditional writes",
    "Without `If-None-Match` two publishers could use the same number, so nothing is published. "
    "Use a folder, or a storage with conditional writes.",
)
REGISTRY_ELSEWHERE = error(
    "registry-elsewhere",
    "the release registry is in another region or at another endpoint",
    "The storage redirects to another place. Set the region and the endpoint of the bucket.",
)
REGISTRY_CLOCK = error(
    "registry-clock",
    "the clock of this machine is wrong",
    "The storage compares the time of a request with its own clock, and they differ too much. "
    "Set the clock of this machine.",
)
REGISTRY_PROXY = error(
    "registry-proxy",
    "the proxy in front of the release registry cannot be reached",
    "The proxy from the environment cannot be reached. Start it, correct HTTPS_PROXY or "
    "HTTP_PROXY, or add the host to NO_PROXY.",
)
REGISTRY_CERTIFICATE = error(
    "registry-certificate",
    "the certificate of the release registry is not trusted",
    "This machine does not trust the authority that signed the certificate. If the authority is "
    "your own, set AWS_CA_BUNDLE to the file with its certificate.",
)
REGISTRY_KEPT_NOTHING = error(
    "registry-kept-nothing",
    "the release registry did not keep what was published",
    "The storage answered that a release was written, but the release was not there when it was "
    "read again. Nothing was published. Check the endpoint and what is in front of it, then "
    "apply again.",
)
REGISTRY_REPEATS = error(
    "registry-repeats",
    "the release registry never ends a list",
    "The storage returns the same page of a list again and again. Nothing was changed. Report "
    "this to whoever runs the storage.",
)
REGISTRY_LINKED = warning(
    "registry-linked",
    "the release registry is a symbolic link",
    "Releases are published to the place to which the link points, and loaded from there. If that was not intended, replace the link by a folder.",
)
RELEASE_FOLDER_LINKED = error(
    "release-folder-linked",
    "a folder of the release registry is a symbolic link",
    "Symbolic links inside of the registry are not followed. Replace the link by a folder.",
)
RELEASE_MISPLACED = warning(
    "release-misplaced",
    "a release is not where it says that it belongs",
    "A release is used only in the folder that its owner and address name. A copy elsewhere, or "
    "a file behind a link, is never loaded, changed or deleted, and the objects to which it "
    "refers are kept. Delete the file, or publish the assistant again.",
)
RELEASE_ELSEWHERE = error(
    "release-elsewhere",
    "a release would not be where it says that it belongs",
    "The owner and the address of a release must name the folder to which it is published. This "
    "is a bug of the program that called `create`.",
)
UPLOADS_LEFT = warning(
    "uploads-left",
    "uploads are left for gc",
    "Nothing uses these uploads any more, but only releases say that they are ours. That is not "
    "proof, so they are not deleted. With `file_names: marked`, the names of uploads prove it.",
)
SORTED_PROPERTIES = warning(
    "sorted-properties",
    "releases hold the properties of schemas in alphabetical order",
    "Version 0.1.0 sorted the properties of schemas when it published, but models write in the "
    "order of the properties. The next apply publishes the releases in the order of the "
    "manifests.",
)
NO_REVISION = warning(
    "no-revision",
    "releases do not say which commit they are of",
    "Git refuses to read a checkout that another user owns, as in most containers. Add the "
    "folder to `safe.directory`, or set a variable of your pipeline such as `GITHUB_SHA` to the "
    "commit.",
)
