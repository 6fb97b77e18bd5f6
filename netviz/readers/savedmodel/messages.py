"""The fields of TensorFlow's messages that say what a model is, by their numbers.

Source: the .proto files of TensorFlow 2.21, of which a number, once given, is never changed:
tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph,tensor_bundle,trackable_object_graph,struct}.proto,
tensorflow/core/framework/{tensor_shape,tensor_slice,variable}.proto, tf_keras/protobuf/saved_metadata.proto.
A map is a repeated message of a key and a value.

Messages are called as in these files. In lower case stand the fields of a MetaGraphDef that are read, the entries of
maps by the field that holds them, and "keras", the SavedObject of saved_metadata.proto. Names of fields are ours:
nothing but the number ties them to the files. Fields that nobody here reads are left out.
"""

from __future__ import annotations

from netviz.model import Tensor
from netviz.readers.savedmodel.wire import Field, Record, Tables

META_GRAPHS = 2
"""The field of SavedModel that holds the graphs."""

GRAPH_FIELDS = {1: "info", 4: "collection", 5: "signature", 7: "objects"}
"""The fields of a MetaGraphDef that are read; 2 is the graph itself with all its constants."""

TABLES: Tables = {
    "info": {4: Field("tags", "text", many=True), 5: Field("tensorflow_version", "text")},
    "signature": {1: Field("key", "text"), 2: Field("value", "SignatureDef")},
    "SignatureDef": {
        1: Field("inputs", "end", many=True),
        2: Field("outputs", "end", many=True),
        3: Field("method_name", "text"),
    },
    "end": {1: Field("key", "text"), 2: Field("value", "TensorInfo")},
    "TensorInfo": {2: Field("dtype", "int"), 3: Field("shape", "TensorShapeProto")},
    "TensorShapeProto": {2: Field("dims", "Dim", many=True), 3: Field("unknown_rank", "bool")},
    "Dim": {1: Field("size", "int")},
    "collection": {1: Field("key", "text"), 2: Field("value", "CollectionDef")},
    "CollectionDef": {2: Field("list", "BytesList")},
    "BytesList": {1: Field("values", "bytes", many=True)},
    "VariableDef": {1: Field("name", "text"), 4: Field("slice", "SaveSliceInfoDef"), 7: Field("trainable", "bool")},
    "SaveSliceInfoDef": {1: Field("name", "text")},
    "objects": {1: Field("nodes", "SavedObject", many=True), 2: Field("functions", "function", many=True)},
    "SavedObject": {
        1: Field("children", "ObjectReference", many=True),
        3: Field("slots", "SlotVariableReference", many=True),
        4: Field("user", "SavedUserObject"),
        6: Field("function", "SavedFunction"),
        7: Field("variable", "SavedVariable"),
    },
    "ObjectReference": {1: Field("id", "int"), 2: Field("name", "text")},
    "SlotVariableReference": {1: Field("original", "int"), 2: Field("name", "text"), 3: Field("id", "int")},
    "SavedUserObject": {1: Field("identifier", "text"), 3: Field("metadata", "text")},
    "SavedFunction": {1: Field("concrete", "text", many=True)},
    "SavedVariable": {
        1: Field("dtype", "int"),
        2: Field("shape", "TensorShapeProto"),
        3: Field("trainable", "bool"),
        6: Field("name", "text"),
    },
    "function": {1: Field("key", "text"), 2: Field("value", "bytes")},
    "SavedConcreteFunction": {3: Field("inputs", "StructuredValue"), 4: Field("outputs", "StructuredValue")},
    "StructuredValue": {
        33: Field("tensor", "TensorSpecProto"),
        34: Field("type", "bytes"),
        35: Field("bounded", "TensorSpecProto"),
        51: Field("list", "ListValue"),
        52: Field("tuple", "TupleValue"),
        53: Field("dict", "DictValue"),
        54: Field("named", "NamedTupleValue"),
    },
    "TensorSpecProto": {2: Field("shape", "TensorShapeProto"), 3: Field("dtype", "int")},
    "ListValue": {1: Field("values", "StructuredValue", many=True)},
    "TupleValue": {1: Field("values", "StructuredValue", many=True)},
    "DictValue": {1: Field("fields", "PairValue", many=True)},
    "NamedTupleValue": {2: Field("values", "PairValue", many=True)},
    "PairValue": {1: Field("key", "text"), 2: Field("value", "StructuredValue")},
    "SavedMetadata": {1: Field("nodes", "keras", many=True)},
    "keras": {2: Field("id", "int"), 5: Field("metadata", "text")},
    "NodeDef": {1: Field("name", "text"), 2: Field("kind", "text")},
    "BundleHeaderProto": {1: Field("shards", "int"), 2: Field("endianness", "int")},
    "BundleEntryProto": {
        1: Field("dtype", "int"),
        2: Field("shape", "TensorShapeProto"),
        3: Field("shard", "int"),
        4: Field("offset", "int"),
        5: Field("size", "int"),
        7: Field("slices", "TensorSliceProto", many=True),
    },
    "TensorSliceProto": {1: Field("extents", "Extent", many=True)},
    "Extent": {1: Field("start", "int"), 2: Field("length", "int")},
    "TrackableObjectGraph": {1: Field("nodes", "TrackableObject", many=True)},
    "TrackableObject": {
        1: Field("children", "ObjectReference", many=True),
        2: Field("attributes", "SerializedTensor", many=True),
        3: Field("slots", "SlotVariableReference", many=True),
    },
    "SerializedTensor": {1: Field("name", "text"), 3: Field("key", "text")},
}

DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64", 9: "int64",
    10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16", 17: "uint16",
    18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64", 24: "float8_e5m2",
    25: "float8_e4m3fn", 26: "float8_e4m3fnuz", 27: "float8_e4m3b11fnuz", 28: "float8_e5m2fnuz", 29: "int4",
    30: "uint4", 31: "int2", 32: "uint2", 33: "float4_e2m1fn",
}  # fmt: skip
"""Names of the dtypes by their number. Source: tensorflow/core/framework/types.proto."""

REFERENCE = 100
"""The dtype of a reference to a variable is that of the variable plus this."""


def tensor_of(record: Record) -> Tensor:
    """The shape and dtype that a message states; a message without a shape states a scalar."""
    number = record.get("dtype", 0)
    return Tensor(_shape(record.get("shape", {})), DTYPES.get(number - REFERENCE if number > REFERENCE else number))


def _shape(record: Record) -> tuple[int | None, ...] | None:
    if record.get("unknown_rank"):
        return None
    sizes = [dim.get("size", 0) for dim in record.get("dims", ())]
    return tuple(None if size < 0 else size for size in sizes)
