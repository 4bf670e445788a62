"""Codes of release registries, and of what is published to them and loaded from them."""

from provisioner.model.code import error, warning

REGISTRY_REFUSED_ACCESS = error(
    "registry-refused-access",
    "the release registry refused access",
    "Check the credentials that this machine has for the registry, and what they may do.",
)
REGISTRY_UNREACHABLE = error(
    "registry-unreachable",
    "the release registry cannot be reached",
    "Check the address, and for object storage its endpoint.",
)
REGISTRY_ABSENT = error(
    "registry-absent",
    "the release registry does not exist",
    "Create the bucket or the folder, or mend its URL.",
)
NO_REGISTRY_LIBRARY = error(
    "no-registry-library",
    "a library for this registry is not installed",
    "Install the package that fsspec names for this kind of storage.",
)
REGISTRY_BUSY = error(
    "registry-busy", "the release registry asks for fewer requests", "Try again in a while."
)
REGISTRY_REFUSED = error(
    "registry-refused",
    "the release registry refused the request",
    "The storage does not take this request. What it said stands in the detail. Mend what it "
    "names.",
)
REGISTRY_FAILED = error(
    "registry-failed",
    "the release registry failed",
    "The storage answered with an error of its own. Try again.",
)
REGISTRY_NOT_EXCLUSIVE = warning(
    "registry-not-exclusive",
    "this storage does not publish exclusively",
    "The storage has no conditional write, so two applies at once could overwrite each "
    "other's release. Run one at a time.",
)
REGISTRY_ONE_STORAGE = error(
    "registry-one-storage",
    "a release registry is one storage",
    "The URL chains several storages. Name one.",
)
NO_SUCH_RELEASE = error(
    "no-such-release",
    "no such release",
    "Nobody has published a release of this name, number or owner. Check the name, or apply the "
    "manifests to a target with this registry.",
)
SEVERAL_OWNERS = error(
    "several-owners",
    "several owners have this assistant",
    "The registry holds the assistant of more than one owner. Say which with `owner=`.",
)
RELEASE_DAMAGED = error(
    "release-damaged",
    "a release is damaged",
    "A file of releases does not parse, or its digest or its seal does not fit. It is passed over and "
    "kept, and so is what it names. Restore it or remove it, or publish again.",
)
NOT_A_RELEASE_NAME = error(
    "not-a-release-name",
    "no assistant can have this name",
    "The name holds characters that no release can have. Rename it: letters, digits, `_` and `-`.",
)
RELEASE_WITHOUT_OWNER = error(
    "release-without-owner",
    "a release without an owner",
    "A release is published with a mark only. This is a fault of the caller.",
)
NO_RELEASE_ACTION = error(
    "no-release-action",
    "releases have no such action",
    "The registry of releases does not have this operation.",
)
NO_RELEASE_FIELD = error(
    "no-release-field", "a release has no such field", "A release cannot hold this field."
)
NAME_WITHOUT_RELEASES = error(
    "name-without-releases",
    "this name cannot have releases",
    "The name of the owner or of the assistant cannot be the name of a folder. Rename it: "
    "letters, digits, `_` and `-`.",
)
RELEASE_NO_JSON = error(
    "release-no-json",
    "a release is no JSON",
    "The release holds a value that JSON cannot hold. Mend it in the manifest.",
)
REGISTRY_NO_FOLDER = error(
    "registry-no-folder",
    "the release registry is not a folder",
    "A file stands where the folder of releases should be. Mend the path.",
)
REGISTRY_LATE = error(
    "registry-late",
    "the release registry did not answer in time",
    "A request was not answered in full within its deadline, --timeout. Raise `--timeout`, or "
    "check that something answers at that address.",
)
REGISTRY_NO_LISTING = error(
    "registry-no-listing",
    "what answered is no release registry",
    "A page of HTML, or nothing, came in the place of a list or a release. It is not taken "
    "for an empty registry: a proxy or a login page may stand in between. Check the address, "
    "and what stands in front of the storage.",
)
REGISTRY_NO_CONDITION = error(
    "registry-no-condition",
    "this storage has no conditional writes",
    "Without `If-None-Match` two publishers could get one number, so nothing is published. Use a "
    "folder, or a storage that has them.",
)
REGISTRY_ELSEWHERE = error(
    "registry-elsewhere",
    "the release registry is in another region or at another endpoint",
    "The storage redirects to another place. Name the bucket's own region and endpoint.",
)
REGISTRY_CLOCK = error(
    "registry-clock",
    "the clock of this machine is wrong",
    "The storage compares the time of a request with its own. Set the clock of this machine.",
)
REGISTRY_PROXY = error(
    "registry-proxy",
    "the proxy in front of the release registry cannot be reached",
    "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Start the proxy, mend the variable, or name the "
    "host in NO_PROXY.",
)
REGISTRY_CERTIFICATE = error(
    "registry-certificate",
    "the certificate of the release registry is not trusted",
    "If the authority is your own, name its file: AWS_CA_BUNDLE.",
)
REGISTRY_KEPT_NOTHING = error(
    "registry-kept-nothing",
    "the release registry did not keep what was published",
    "The storage answered that a release was written, and when it was read again it was not "
    "there. Nothing was published. Check the endpoint and what stands before it, then apply "
    "again.",
)
REGISTRY_REPEATS = error(
    "registry-repeats",
    "the release registry never ends a list",
    "The storage gives the same page of a list again and again. Nothing was changed. Report it to"
    " whoever runs the storage.",
)
REGISTRY_LINKED = warning(
    "registry-linked",
    "the release registry is a symbolic link",
    "Releases are published and loaded where the link leads.",
)
RELEASE_FOLDER_LINKED = error(
    "release-folder-linked",
    "a folder of the release registry is a symbolic link",
    "Below the registry no link is followed. Put a folder in its place.",
)
RELEASE_MISPLACED = warning(
    "release-misplaced",
    "a release is not where it says that it belongs",
    "A release counts only in the folder that its owner and address name. A copy, or what a link "
    "leads to, is never loaded, changed or removed, and what it names is kept. Remove the file, "
    "or publish the assistant again.",
)
RELEASE_ELSEWHERE = error(
    "release-elsewhere",
    "a release would not be where it says that it belongs",
    "The owner and the address of a release name the folder that it is published to. This is a "
    "fault of the caller.",
)
UPLOADS_LEFT = warning(
    "uploads-left",
    "uploads are left for gc",
    "Nothing uses these uploads any more, and only releases say that they are ours. That is no proof, "
    "so they are not deleted. `file_names: marked` lets their names prove it.",
)
SORTED_PROPERTIES = warning(
    "sorted-properties",
    "releases hold the properties of schemas in alphabetical order",
    "Version 0.1.0 sorted the keys of what it published, and models write in the order of a "
    "schema's properties. Apply publishes the releases in the order of the manifests.",
)
NO_REVISION = warning(
    "no-revision",
    "releases do not say which commit they are of",
    "Git refuses to read a checkout that another user owns, as in most containers. Name the folder in "
    "`safe.directory`, or give the commit in one of the variables of pipelines, such as `GITHUB_SHA`.",
)
