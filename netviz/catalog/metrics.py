"""Which way is better of a figure of training, by its name: knowledge that the log itself does not hold."""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["lower", "higher"]

LOWER = (
    "loss", "error", "mse", "mae", "mape", "msle", "rmse", "mean_squared_error", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "root_mean_squared_error",
    "mean_relative_error", "huber", "log_cosh", "logcosh", "kld", "kl_divergence", "kullback_leibler_divergence",
    "poisson", "hinge", "squared_hinge", "categorical_hinge", "crossentropy", "cross_entropy", "binary_crossentropy",
    "categorical_crossentropy", "sparse_categorical_crossentropy", "bce", "false_positives", "false_negatives",
    "perplexity", "wer", "cer", "fid", "nll",
)  # fmt: skip
HIGHER = (
    "accuracy", "acc", "auc", "roc_auc", "precision", "recall", "specificity", "sensitivity", "precision_at_recall",
    "recall_at_precision", "sensitivity_at_specificity", "specificity_at_sensitivity", "f1", "f1_score",
    "fbeta_score", "f_score", "iou", "io_u", "mean_io_u", "mean_iou", "miou", "dice", "dice_coef", "jaccard", "r2",
    "r2_score", "r_squared", "cosine_similarity", "cosine_proximity", "true_positives", "true_negatives",
    "concordance_correlation", "pearson_correlation", "correlation", "kappa", "mcc", "map", "ndcg", "mrr", "bleu",
    "psnr", "ssim", "top_k_categorical_accuracy",
)  # fmt: skip
SETTINGS = frozenset({"learning_rate", "lr", "momentum", "weight_decay", "temperature"})
"""What callbacks write beside the figures: set, not reached, so that no value of it is the best."""

_DIRECTIONS: dict[str, Direction] = {**dict.fromkeys(LOWER, "lower"), **dict.fromkeys(HIGHER, "higher")}
_COUNTED = re.compile(r"_\d+$")


def direction(name: str) -> Direction | None:
    """Which way is better of a metric, None where its name does not tell.

    Names of outputs may stand before it ("decoder_accuracy") and numbers behind, as Keras counts metrics ("auc_1").
    "val_" is no part of the name.
    """
    words = _COUNTED.sub("", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).split("_")
    for begin in range(len(words)):
        found = _DIRECTIONS.get("_".join(words[begin:]))
        if found is not None:
            return found
    return None


def is_setting(name: str) -> bool:
    """Whether a figure is a setting of training such as the learning rate."""
    return name.lower() in SETTINGS
