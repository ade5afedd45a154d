"""Field-free mathematics on arrays; the only home of Numba kernels."""
