"""Defines codes of risks: what a change means for the users of an assistant.

`plan` and `drift` list them.
"""

from provisioner.model.code import note, warning

TOOL_REACHES_OUT = warning(
    "tool-reaches-out",
    "it gets a tool that reaches out",
    "The assistant gets a tool with which a model can read or write outside of the conversation: "
    "the web, a server, a computer, a shell. Check who can see what is sent there, and what "
    "comes back.",
)
TOOL_ADDED = warning(
    "tool-added",
    "it gets another tool",
    "The model can call one more tool of the platform. Check that the instructions say when to "
    "use it.",
)
UNDECLARED_TOOL = warning(
    "undeclared-tool",
    "it has a tool that no manifest declares",
    "Somebody added the tool on the live side, and the model can call it. Declare the tool in a "
    "manifest, or remove it on the live side.",
)
REACH_WIDENED = warning(
    "reach-widened",
    "it may reach more than before",
    "A list of allowed domains, tools or callers gets longer or is removed, or something is no "
    "longer blocked. Check that this was intended.",
)
PLACE_CHANGED = warning(
    "place-changed",
    "a tool leads somewhere else",
    "A tool connects to another server, uses other permissions, or searches another store than "
    "before. Check that this was intended.",
)
APPROVAL_CHANGED = warning(
    "approval-changed",
    "the approval of a tool's calls changes",
    "Some calls of the tool needed the approval of a person and no longer need it, or "
    "need it now and did not before. Check that this was intended.",
)
PROTECTION_OFF = warning(
    "protection-off",
    "it is not protected from deletion any more",
    "`lifecycle.prevent_destroy` is removed, so a later plan may delete the object. Check that this "
    "was intended.",
)
EXPIRY_SHORTENED = warning(
    "expiry-shortened",
    "it expires sooner than before",
    "When the store has not been used for this number of days, it expires, and the server "
    "deletes its content, even if other objects refer to it. Check that this was intended.",
)
CONTRACT_BROKEN = warning(
    "contract-broken",
    "applications that rely on its tools or its form of answer break",
    "Schemas are compared by the rules of JSON Schema. The arguments of a function are an input: "
    "the contract breaks if an argument is removed, if one becomes required, or if a value is no "
    "longer allowed. An answer is an output: the contract breaks if a property is removed or may "
    "be missing, or if a value becomes possible that was not. Change the application first, or "
    "give the new form another name.",
)
CONTRACT_WIDENED = warning(
    "contract-widened",
    "a function may be called with more than before",
    "Every call that was valid is still valid. But the model may now leave out an argument, or "
    "send values that it never sent before. Check that the code of the function accepts them.",
)
CONTRACT_UNCLEAR = warning(
    "contract-unclear",
    "nobody can tell whether a changed schema still fits",
    "The schema changes in a keyword whose effect cannot be judged from its two values, such as "
    "`pattern`, `if` or a `$ref` to another document. Compare yourself which values are valid "
    "before and after.",
)
CONTRACT_EXTENDED = note(
    "contract-extended",
    "its tools or its form of answer change, and what relies on them still works",
    "Something was only added, or an answer contains more than before. If a function is new, the "
    "application must answer its calls.",
)
ID_CHANGED = warning(
    "id-changed",
    "it is made anew and gets another id",
    "An application that has stored the id will ask for a deleted object. Let it look up the id "
    "with `show` or `provisioner.load`.",
)
OBJECT_REMOVED = warning(
    "object-removed",
    "a live object goes away",
    "Requests with the id of the object will fail. Before you apply, change the applications that "
    "send such requests.",
)
MODEL_CHANGED = warning(
    "model-changed",
    "it runs on another model",
    "Another model gives other answers, and has other limits and another price. Ask it the checks "
    "of the assistant with `test`.",
)
TOOL_REMOVED = warning(
    "tool-removed",
    "it loses a tool",
    "The model can no longer do what it did with the tool, but its instructions may still "
    "mention it. Read them again.",
)
TEXT_TURNED = warning(
    "text-turned",
    "a text may say the opposite of before",
    "In a text, words that forbid, allow or require something were added or removed, a number "
    "changed, or the text names another web address. Read the changed sentences as a whole.",
)
INSTRUCTIONS_CHANGED = note(
    "instructions-changed",
    "its instructions change",
    "The instructions of the assistant change, or a description by which a model decides "
    "when to use a tool.",
)
SAMPLING_CHANGED = note(
    "sampling-changed",
    "it answers with other settings",
    "Temperature, effort, truncation, the choice of tools or another setting of each answer "
    "changes.",
)
LIMIT_RAISED = warning(
    "limit-raised",
    "a limit is raised or taken away",
    "An answer, a search or a session may cost or last more than before. Check that this was "
    "intended.",
)
PRICE_RAISED = warning(
    "price-raised",
    "it is charged more for each token",
    "At least one of the vendor's standard prices of the new model is higher. The prices "
    "are from a table of this program, in which each has a date, and are compared on "
    "OpenAI's own hosts only. Look at the vendor's list before you rely on them.",
)
PRICE_LOWERED = note(
    "price-lowered",
    "none of its tokens costs more",
    "None of the vendor's standard prices of the new model is higher. The prices are from "
    "a table of this program, in which each has a date, and are compared on OpenAI's own "
    "hosts only.",
)
PRICE_CHANGED = note(
    "price-changed",
    "its price changes",
    "Another model, service tier or effort has another price, which is not known here. "
    "Only the prices of some models on OpenAI's own hosts are known. Look at the vendor's "
    "list.",
)
PROMPT_LONGER = note(
    "prompt-longer",
    "its instructions take more tokens",
    "The instructions are sent with each answer. The number of tokens is an estimate: one "
    "token for four characters. Tokens that the vendor reads from its cache cost less.",
)
TOOL_CHARGED = note(
    "tool-charged",
    "it gets a tool that has a price of its own",
    "At the vendor's own hosts, calls of this tool, or its containers, are charged in "
    "addition to tokens. How often a model calls it is not known.",
)
STORAGE_GREW = note(
    "storage-grew",
    "more is stored than before",
    "The vendor charges for the stored text of documents and its embeddings. Their size "
    "is estimated from the bytes of the files. A free allowance, which all stores of an "
    "account share, is not subtracted.",
)
DOCUMENTS_CHANGED = note(
    "documents-changed",
    "answers may come from other documents",
    "Documents are added or changed. They are uploaded and embedded again. Sizes are the "
    "bytes of the files; the number of tokens is an estimate: one token for four bytes.",
)
DOCUMENTS_REMOVED = warning(
    "documents-removed",
    "documents from which answers may come are removed",
    "What only these documents said can no longer be found. Check that other documents say it.",
)
