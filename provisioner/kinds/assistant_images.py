"""The JSON Schema of the options of image generation, which only Responses has."""

from typing import Final

from provisioner.kinds.shared import Schema, choice, number, object_, text

IMAGES: Final[dict[str, Schema]] = {
    "action": choice(
        "The task: generating or editing images. Default auto.", "generate", "edit", "auto"
    ),
    "background": choice(
        "The background of images. Default auto.", "transparent", "opaque", "auto"
    ),
    "complexity": choice(
        "With `output_format: svg`: the amount of detail.", "low", "medium", "high"
    ),
    "frame_count": {**number("The number of frames of an animation.", "integer"), "minimum": 1},
    "frame_duration_ms": {
        **number("The duration of a frame, in milliseconds.", "integer"),
        "minimum": 1,
    },
    "input_fidelity": choice("The fidelity to a given image.", "high", "low"),
    "model": text("The id of the image model."),
    "moderation": choice("The strictness of moderation of images. Default auto.", "auto", "low"),
    "output_compression": {
        **number("The compression of the file: 0 to 100. Default 100.", "integer"),
        "minimum": 0,
        "maximum": 100,
    },
    "output_format": choice(
        "The format of the file. Default png.", "png", "webp", "jpeg", "gif", "svg"
    ),
    "partial_images": {
        **number(
            "The number of unfinished images that are streamed: 0 to 3. Default 0.", "integer"
        ),
        "minimum": 0,
        "maximum": 3,
    },
    "quality": choice(
        "The quality of images. Default auto.", *("low", "medium", "high", "xhigh", "max", "auto")
    ),
    "size": text("The width and height, such as `1024x1536`, or auto. Default auto."),
    "svg": object_(
        "Settings for vector images.",
        model=text("The id of the model that writes vector images."),
        reasoning=object_(
            "Settings for the reasoning of that model.",
            effort=choice(
                "The effort of reasoning.",
                *("none", "minimal", "low", "medium", "high"),
                *("xhigh", "max"),
            ),
        ),
    ),
}
