"""HDF5 data: a guarded walk over what is stored, and values on demand.

The only importer of the HDF5 library (pyfive, pure Python: libhdf5 can be crashed by a damaged file). `metered` and
`objects` guard what the library reads, `tree` walks over names, shapes and dtypes, `values` reads values.
"""

from netviz.readers.hdf5.tree import read_tree
from netviz.readers.hdf5.values import BLOCK, Hdf5Store, stamp_of, widened

__all__ = ["BLOCK", "Hdf5Store", "read_tree", "stamp_of", "widened"]
