# The CUDA backend is compiled twice from one text: by nvcc as libregio_cuda (REGIO_WITH_CUDA, host/cuda/CMakeLists.txt),
# and in test builds by the host compiler against the executor of tests/simt (tests/cuda/CMakeLists.txt).
#
# regio_cuda_backend(<target> <library of cuBLAS>): its sources and settings. Kernels are the *.cu of kernels/; host/cuda
# holds the rest. The library is what is loaded when a dense product is first asked for.
file(GLOB REGIO_CUDA_HOST_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/host/cuda/*.cpp")
file(GLOB REGIO_CUDA_KERNELS CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/*.cu")

function(regio_cuda_backend target cublas)
  target_sources(${target} PRIVATE ${REGIO_CUDA_HOST_SOURCES} ${REGIO_CUDA_KERNELS}
                                   "${PROJECT_BINARY_DIR}/generated/cuda_operations.cpp")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include"
                                               "${PROJECT_SOURCE_DIR}/host")
  target_link_libraries(${target} PRIVATE TBB::tbb hwy::hwy fmt::fmt Threads::Threads)
  target_compile_definitions(${target} PRIVATE REGIO_CUBLAS_LIBRARY="${cublas}")
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden CUDA_VISIBILITY_PRESET hidden)
endfunction()

# regio_cuda_library(<target>): a shared library that shows regio_cuda_backend() and nothing else. What it needs of the
# main library it carries with it, so that it fits the shared library, the static one and the program alike.
function(regio_cuda_library target)
  target_link_libraries(${target} PRIVATE regio_static)
  target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
  if(NOT REGIO_SANITIZE) # clang leaves the sanitizers' library to the program
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
endfunction()

if(REGIO_WITH_CUDA)
  set(CMAKE_CUDA_ARCHITECTURES "${REGIO_CUDA_ARCHITECTURES}")
  set(CMAKE_CUDA_VISIBILITY_PRESET hidden)
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake 3.25 knows no option for C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  find_package(CUDAToolkit 13 REQUIRED)
  # Programs of the build tree find libregio_cuda beside the main library, as installed ones do.
  list(APPEND CMAKE_BUILD_RPATH "${PROJECT_BINARY_DIR}")
endif()
