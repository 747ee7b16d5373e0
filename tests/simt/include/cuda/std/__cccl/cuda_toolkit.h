/// Stands before CCCL's header of this name when g++ compiles kernels/ for the executor. CCCL's looks for NVIDIA's
/// <cuda_runtime_api.h> and includes it where a machine has it, which would declare once more what the executor stands
/// in for. Here there is no toolkit.
#pragma once

#define _CCCL_HAS_CTK() 0
#define _CCCL_CTK_BELOW(...) 0
#define _CCCL_CTK_AT_LEAST(...) 0
