/// REGIO_HOST_DEVICE marks the few functions that the host compiler and nvcc compile from one text.
#pragma once

#if defined(__CUDACC__)
#define REGIO_HOST_DEVICE __host__ __device__
#else
#define REGIO_HOST_DEVICE
#endif
