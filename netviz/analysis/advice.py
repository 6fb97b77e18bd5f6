"""What there is to say of a finding by its code: its name in a few words, and what to do.

A code stays the same between versions. Every code of a warning or a danger has a row; a note that is merely good to
know is a finding only where it has one, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Advice(NamedTuple):
    """`title` names what was found, `remedy` is one sentence of what to do."""

    title: str
    remedy: str


COPY_AGAIN = "Copy or download it again, and compare size and checksum with the original."
NOT_LOADED = "Do not load it with Keras unless you trust whoever made it."

ADVICE: Mapping[str, Advice] = {
    # what loading would do beyond building layers
    "lambda-code": Advice(
        "Compiled Python code in the file",
        f"{NOT_LOADED} Keras runs this code to load or call the model; a layer class of your own is the safe form.",
    ),
    "lambda-function": Advice(
        "A function that the file does not hold", "Have the function at hand, and pass it in custom_objects."
    ),
    "foreign-object": Advice("An object that is no part of Keras", f"{NOT_LOADED} No model that Keras saved has this."),
    "keras-function": Advice(
        "A function of Keras that is no part of models", f"{NOT_LOADED} No model that Keras saved has this."
    ),
    "tensorflow-function": Advice("A function of TensorFlow that reaches beyond tensors", NOT_LOADED),
    "safe-mode-off": Advice("Keras's own protection switched off", f"{NOT_LOADED} This is an attack."),
    "vocabulary-outside": Advice(
        "A vocabulary outside of the file", "Save the model with the vocabulary itself, as Keras 3.12 and later do."
    ),
    "saved-model-outside": Advice(
        "A SavedModel from elsewhere", "Check the SavedModel that it loads as you check this file: it can run anything."
    ),
    "pickle-inside": Advice("Pickled data", f"{NOT_LOADED} Unpickling runs whatever code the data holds."),
    "path-in-name": Advice("A name that is a path", f"{NOT_LOADED} Keras makes paths of names."),
    "name-deceptive": Advice("A name that is not what it looks like", "Rename the layer, and ask who named it so."),
    "custom-object": Advice(
        "A class of someone's own", "Loading needs this code from you: have it from a source that you trust."
    ),
    # what shape the container is in
    "member-outside": Advice("A path out of the archive", "Do not unzip it; whoever made it meant to write elsewhere."),
    "member-executable": Advice("Code among the files", f"{NOT_LOADED} Keras writes no such file into a model."),
    "member-unexpected": Advice("A file that Keras does not write", "Ask whoever made the file what it is for."),
    "pickle-member": Advice("A pickle among the files", f"{NOT_LOADED} Unpickling runs whatever code the data holds."),
    "zip-bomb": Advice("A file that unpacks to very much", "Do not unzip it."),
    "file-prefixed": Advice("Bytes before the archive", "Ask why: such a file can be a program as well."),
    "checksum-wrong": Advice("Damaged data", COPY_AGAIN),
    "external-link": Advice("A link into another file", f"{NOT_LOADED} Loading opens the file that the link names."),
    "external-storage": Advice("Data in another file", f"{NOT_LOADED} Loading reads the files that it names."),
    "virtual-dataset": Advice("Data put together from other files", f"{NOT_LOADED} Loading reads these files."),
    "soft-link": Advice("A link within the file", "Keras writes none; netviz does not follow it. Save the model anew."),
    "size-claim": Advice("An array larger than its file", f"{NOT_LOADED} Loading would take all memory there is."),
    "graph-op": Advice(
        "An operation that reaches beyond tensors", "Do not load it with TensorFlow unless you trust whoever made it."
    ),
    "stored-object-skipped": Advice("Something stored that cannot be read", COPY_AGAIN),
    "file-cut-off": Advice("A file that was cut off", COPY_AGAIN),
    # what does not fit together, or cannot be read
    "call-unreadable": Advice("A call that cannot be read", "Save the model anew with the Keras that can load it."),
    "config-unreadable": Advice("A config without layers", "Save the model anew with the Keras that can load it."),
    "metadata-unreadable": Advice("Damaged metadata", COPY_AGAIN),
    "training-unreadable": Advice("Damaged training config", "Compile the model again after loading it."),
    "weights-unreadable": Advice("Weights that cannot be read", COPY_AGAIN),
    "weights-missing": Advice("Weights that are missing", "Save the weights again from the model that has them all."),
    "weights-unclaimed": Advice(
        "Weights that belong to no layer", "Make sure that weights and config are of the same model."
    ),
    "weight-twice": Advice("A weight that is stored twice", "Save the weights again into an empty folder."),
    "weight-conflict": Advice(
        "A weight that does not fit its layer", "Make sure that weights and config are of the same model."
    ),
    "shape-conflict": Advice("A shape that does not follow from the layer", "Save the model anew, and compare."),
    "json-key-twice": Advice("A key that stands twice", "Ask who wrote it: readers differ in which of the two counts."),
    "json-not-finite": Advice("A setting that is no finite number", "Look at the setting, and save it anew."),
    "member-names-differ": Advice(
        "Two names for one file", "Do not unzip it: programs differ in which name they take."
    ),
    "dtype-unsupported": Advice("Data that is no weight's", "Ask whoever made the file what it is for."),
    "two-formats": Advice("Two models in one", f"{NOT_LOADED} What Keras loads may be another model than is shown."),
    "suffix-misleads": Advice(
        "A name that says another format", "Rename the file by its format, and ask who named it."
    ),
    "attribute-twice": Advice(
        "An attribute that stands twice", f"{NOT_LOADED} Programs differ in which of both counts."
    ),
    "attribute-unreadable": Advice("An attribute that cannot be read", COPY_AGAIN),
    "not-examined": Advice(
        "A part that was not looked at", "Do not take it for harmless: nothing is known of this part."
    ),
    "shard-outside": Advice("A part in another folder", f"{NOT_LOADED} Loading opens the file that the map names."),
    "member-twice": Advice(
        "A file that stands twice in the archive", "Look into both: readers differ in which counts."
    ),
    "wrapped-too-often": Advice("Wrappers within wrappers within wrappers", "Build the model anew without them."),
    "quantization-unstated": Advice("A quantisation that the config leaves out", "Save it anew with the newest Keras."),
    "zero-points-missing": Advice("Zero points that are not stored", "Quantise the model anew with the newest Keras."),
    "name-twice": Advice("Two layers of one name", "Rename one of them: Keras refuses to load this."),
    "shard-unreadable": Advice("A shard that cannot be read", "Copy or download the missing part again."),
    "unbuilt": Advice("A model that is not built", "Build the model, or call it once, and save it again."),
    # the model's health
    "weight-nonfinite": Advice(
        "Values that are not finite", "Go back to the last sound checkpoint; look for NaN in the data, clip gradients."
    ),
    "weight-unreadable": Advice("Values that cannot be read", COPY_AGAIN),
    "kernel-zero": Advice(
        "A kernel that is all zero", "Check that its weights were loaded, and that gradients reach this layer."
    ),
    "kernel-constant": Advice(
        "A kernel of one value", "Train it from a random initializer, or check how the weights were converted."
    ),
    "filters-dead": Advice(
        "Dead filters or units", "Prune them, or train again with less decay or another activation."
    ),
    "variance-negative": Advice(
        "A variance below zero", "Load the weights anew: a conversion may have mixed up the variables."
    ),
    "statistics-untrained": Advice(
        "Statistics that were never updated", "Call the model with training=True where you train it, and train on."
    ),
    "nan-input": Advice(
        "Input that is not finite", "Clean the data, or mask what is missing, before the model sees it."
    ),
    "nan-output": Advice(
        "A layer that gives what is not finite", "Look at its weights and at the scale of what goes in; try float32."
    ),
    "weight-denormal": Advice("Subnormal values", "Set values this small to zero: many processors are slow on them."),
    "weights-duplicated": Advice(
        "Equal weights more than once", "Share one layer if they are meant to be equal; else check seeds and loading."
    ),
    "bias-before-normalization": Advice("A bias without effect", "Build these layers with use_bias=False."),
    "layer-unused": Advice("A layer or input that nothing uses", "Leave it out of the model, or connect it."),
    "output-unused": Advice("An output that nothing uses", "Do not ask for it, as with return_state=True."),
    "dropout-everything": Advice("A dropout of everything", "Set a rate below 1; 0.1 to 0.5 is usual."),
    "softmax-from-logits": Advice(
        "Probabilities taken for logits", "Drop the last activation, or set from_logits=False."
    ),
    "logits-as-probabilities": Advice(
        "Logits taken for probabilities", "Set from_logits=True, or end with a softmax or sigmoid."
    ),
    "softmax-of-one": Advice("A softmax over one value", "Use a sigmoid for one output: this one is 1, always."),
    "single-class-loss": Advice(
        "A loss of classes on one output", "Use binary_crossentropy with a sigmoid, or an output for each class."
    ),
    "learning-rate-invalid": Advice("A learning rate that is none", "Compile it again with a positive learning rate."),
    "learning-rate-zero": Advice("A learning rate of zero", "Set one before you train on."),
}
"""By code."""
