# regio_algorithm(<capability> <name>) adds an algorithm by convention:
#
#   include/regio/<name>.hpp                  public header
#   host/<capability>/<name>.cpp              front door: validates, plans, runs, reports
#   host/<capability>/<name>_operation.hpp    the plain struct <Name>Operation that both backends run
#   host/<capability>/<name>_cpu.cpp          defines void execute(CpuBackend&, <Name>Operation&)
#   host/cuda/<name>_cuda.cpp, kernels/<name>*.cu   the CUDA side, where there is one (cmake/RegioCuda.cmake):
#                                             defines void cuda::execute(CudaBackend&, <Name>Operation&)
#   tests/<capability>/<name>_test.cpp        its test
#   bench/<name>_bench.cpp                    its benchmark
#
# The words collected here become the lists of operations of each backend; no file that exists is edited.
set_property(GLOBAL PROPERTY REGIO_ALGORITHMS "")

function(regio_algorithm capability name)
  set_property(GLOBAL APPEND PROPERTY REGIO_ALGORITHMS "${capability}/${name}")
  target_sources(regio_objects PRIVATE "${PROJECT_SOURCE_DIR}/host/${capability}/${name}.cpp"
                                       "${PROJECT_SOURCE_DIR}/host/${capability}/${name}_cpu.cpp")
endfunction()

# "weighted_sum" -> "WeightedSum"
function(_regio_type_name name result)
  string(REPLACE "_" ";" words "${name}")
  set(type "")
  foreach(word IN LISTS words)
    string(SUBSTRING "${word}" 0 1 first)
    string(SUBSTRING "${word}" 1 -1 rest)
    string(TOUPPER "${first}" first)
    string(APPEND type "${first}${rest}")
  endforeach()
  set(${result} "${type}" PARENT_SCOPE)
endfunction()

# _regio_write_operation_list(<file> <namespace> <backend header> <backend>): the operations in `algorithms`.
function(_regio_write_operation_list file namespace header backend)
  string(REGEX REPLACE "Backend$" "Operation" entry_type "${backend}")
  string(REGEX REPLACE "Backend$" "_operations" list "${backend}")
  string(TOLOWER "${list}" list)
  set(includes "")
  set(declarations "")
  set(entries "")
  foreach(algorithm IN LISTS algorithms)
    get_filename_component(name "${algorithm}" NAME)
    _regio_type_name("${name}" type)
    string(APPEND includes "#include \"${algorithm}_operation.hpp\"\n")
    string(APPEND declarations "void execute(${backend}& backend, ${type}Operation& operation);\n")
    string(APPEND entries
           "    {${type}Operation::name, [](${backend}& b, void* o) { execute(b, *static_cast<${type}Operation*>(o)); }},\n")
  endforeach()
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/${file}" CONTENT [[
// Written by cmake/RegioAlgorithm.cmake from the regio_algorithm() words.
#include "@header@"
@includes@
namespace @namespace@ {

@declarations@
@entry_type@ const @list@[] = {
@entries@    {{}, nullptr},
};

}  // namespace @namespace@
]] @ONLY)
endfunction()

function(regio_write_operation_lists)
  get_property(algorithms GLOBAL PROPERTY REGIO_ALGORITHMS)
  _regio_write_operation_list(cpu_operations.cpp regio "core/cpu_backend.hpp" CpuBackend)
  target_sources(regio_objects PRIVATE "${PROJECT_BINARY_DIR}/generated/cpu_operations.cpp")
  # An algorithm may do without a CUDA side.
  foreach(algorithm IN LISTS algorithms)
    get_filename_component(name "${algorithm}" NAME)
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/host/cuda/${name}_cuda.cpp")
      list(REMOVE_ITEM algorithms "${algorithm}")
    endif()
  endforeach()
  _regio_write_operation_list(cuda_operations.cpp regio::cuda "cuda/cuda_backend.hpp" CudaBackend)
endfunction()
