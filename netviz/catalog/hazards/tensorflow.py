"""Which of TensorFlow's functions and operations compute on tensors, and which reach beyond them.

Functions are allowed by name: those of TensorFlow that a layer of Keras 2 can stand for (the dispatchable ones of its
public API) in the rooms and under the names below. Operations of a graph are thousands, in part of TensorFlow's inner
workings; of these the ones are listed that touch files, call Python or reach other machines.
"""

from __future__ import annotations

import re

from netviz.catalog.hazards.names import is_modeling, of_keras

ROOMS = frozenset({
    "__operators__", "audio", "bitwise", "dtypes", "image", "linalg", "losses", "math", "nn", "quantization", "ragged",
    "random", "sets", "signal", "sparse", "strings",
})  # fmt: skip
"""Rooms of TensorFlow whose functions compute on tensors."""

NAMES = frozenset(
    """
    abs acos acosh add add_n approx_top_k argmax argmin argsort asin asinh atan atan2 atanh batch_gather batch_to_space
    batch_to_space_nd bitcast boolean_mask broadcast_dynamic_shape broadcast_static_shape broadcast_to case cast ceil
    clip_by_average_norm clip_by_global_norm clip_by_norm clip_by_value complex concat cond constant conv
    convert_to_tensor cos cosh count_nonzero cumsum decode_raw depth_to_space dequantize diag diag_part div divide
    dynamic_partition dynamic_stitch edit_distance einsum ensure_shape equal erf erfc exp expand_dims expm1
    extract_volume_patches eye fftnd fill fingerprint floor floor_div floordiv floormod foldl foldr gather gather_nd
    getitem greater greater_equal histogram_fixed_width histogram_fixed_width_bins identity identity_n ifftnd imag
    invert_permutation irfftnd is_finite is_inf is_nan less less_equal lin_space linspace log log1p log_sigmoid
    logical_and logical_not logical_or logical_xor matmul maximum meshgrid minimum mod multinomial multiply negative
    no_op norm not_equal one_hot ones ones_like pad parallel_stack pow quantize_v2 random_gamma random_index_shuffle
    random_normal random_uniform range rank real realdiv reciprocal reduce_all reduce_any reduce_logsumexp reduce_max
    reduce_mean reduce_min reduce_prod reduce_sum repeat reshape reverse reverse_sequence rfftnd roll round rsqrt
    saturate_cast scalar_mul scan scatter_nd searchsorted segment_sum sequence_mask setdiff1d shape shape_n sigmoid
    sign sin sinh size slice softmax sort space_to_batch space_to_batch_nd space_to_depth sparse_to_dense split sqrt
    square squared_difference squeeze stack stop_gradient strided_slice string_split substr subtract tan tanh
    tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update
    tensordot tile timestamp to_bfloat16 to_complex128 to_complex64 to_double to_float to_int32 to_int64 transpose
    truediv truncatediv truncatemod truncated_normal tuple unique unique_with_counts unravel_index
    unsorted_segment_sum unstack where where_v2 zeros zeros_like
    """.split()  # noqa: SIM905 (a list of 200 quoted words takes three times the room)
)
"""Functions of TensorFlow itself, and of its first version, that compute on tensors."""

VERSIONS = re.compile(r"^(?:(?:python|compat|v[12]|_api|ops|framework)\.)*")
"""What may stand before the name of a function: where it is kept, and of which version it is."""

FORMATS = re.compile(r"io\.(?:decode|encode|parse|serialize|deserialize|extract)_\w+")
CHECKS = re.compile(r"debugging\.(?:assert_\w+|Assert|check_numerics)")

TENSOR_CLASSES = frozenset({"RaggedTensor", "SparseTensor", "sparse.SparseTensor", "Tensor"})
"""Classes whose methods a layer of Keras 2 can stand for."""

REACHING = {
    **dict.fromkeys((
        "ReadFile", "MatchingFiles", "ImmutableConst", "WholeFileReader", "WholeFileReaderV2", "TextLineReader",
        "TextLineReaderV2", "TFRecordReader", "TFRecordReaderV2", "FixedLengthRecordReader", "LMDBReader",
        "FixedLengthRecordReaderV2", "TextLineDataset", "TFRecordDataset", "TFRecordDatasetV2", "LoadDataset",
        "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "LMDBDataset", "SqlDataset", "MatchingFilesDataset",
        "ExperimentalLMDBDataset", "ExperimentalSqlDataset", "ExperimentalMatchingFilesDataset", "Restore",
        "RestoreSlice",
    ), "reads files"),
    **dict.fromkeys((
        "WriteFile", "Save", "SaveSlices", "SaveDataset", "SaveDatasetV2", "DatasetToTFRecord", "SnapshotDataset",
        "ExperimentalDatasetToTFRecord", "CacheDataset", "CacheDatasetV2", "CreateSummaryFileWriter",
        "CreateSummaryDbWriter", "SnapshotDatasetV2", "DistributedSave",
    ), "writes files"),
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), "calls Python code"),
    **dict.fromkeys((
        "RemoteCall", "RpcCall", "RpcClient", "DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "BigQueryReader",
        "BigtableClient", "DataServiceDataset", "DataServiceDatasetV2", "DataServiceDatasetV3", "DataServiceDatasetV4",
    ), "reaches other machines or files"),
}  # fmt: skip
"""What operations do that touch more than tensors. Source: the registered operations of TensorFlow 2.21."""

SAVING = {
    "SaveV2": "writes files",
    "RestoreV2": "reads files",
    "MergeV2Checkpoints": "moves and deletes files",
    "PrintV2": "prints to a file",
}
"""Those by which an export saves and loads itself, or prints to the screen; elsewhere they reach beyond tensors."""


def computes(name: str) -> bool:
    """Whether a function of TensorFlow, by its public name ("math.multiply"), does nothing but compute on tensors."""
    name = VERSIONS.sub("", name, count=1)
    room, _, rest = name.partition(".")
    if room == "keras":
        own = of_keras(room, rest)
        return own is not None and is_modeling(own)
    if room == "raw_ops":
        return not reaches(rest)
    if not rest:
        return name in NAMES
    return room in ROOMS or FORMATS.fullmatch(name) is not None or CHECKS.fullmatch(name) is not None


def reaches(operation: str) -> bool:
    """Whether an operation, as a layer, touches more than tensors."""
    return operation in REACHING or operation in SAVING
