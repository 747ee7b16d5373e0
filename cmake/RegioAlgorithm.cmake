# regio_algorithm(<capability> <name>) adds an algorithm by convention:
#
#   include/regio/<name>.hpp                  public header
#   host/<capability>/<name>.cpp              front door: validates, plans, runs, reports
#   host/<capability>/<name>_operation.hpp    the plain struct <Name>Operation that both backends run
#   host/<capability>/<name>_cpu.cpp          defines void execute(CpuBackend&, <Name>Operation&)
#   host/cuda/<name>_cuda.cpp, kernels/<name>.cu   the CUDA side (with REGIO_WITH_CUDA)
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

function(regio_write_operation_lists)
  get_property(algorithms GLOBAL PROPERTY REGIO_ALGORITHMS)
  set(includes "")
  set(declarations "")
  set(entries "")
  foreach(algorithm IN LISTS algorithms)
    get_filename_component(name "${algorithm}" NAME)
    _regio_type_name("${name}" type)
    string(APPEND includes "#include \"${algorithm}_operation.hpp\"\n")
    string(APPEND declarations "void execute(CpuBackend& backend, ${type}Operation& operation);\n")
    string(APPEND entries
           "    {${type}Operation::name, [](CpuBackend& b, void* o) { execute(b, *static_cast<${type}Operation*>(o)); }},\n")
  endforeach()
  set(file "${PROJECT_BINARY_DIR}/generated/cpu_operations.cpp")
  file(CONFIGURE OUTPUT "${file}" CONTENT [[
// Written by cmake/RegioAlgorithm.cmake from the regio_algorithm() words.
#include "core/cpu_backend.hpp"
@includes@
namespace regio {

@declarations@
CpuOperation const cpu_operations[] = {
@entries@    {{}, nullptr},
};

}  // namespace regio
]] @ONLY)
  target_sources(regio_objects PRIVATE "${file}")
endfunction()
