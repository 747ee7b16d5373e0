# How tests meet the executor of CUDA kernels (tests/simt).
#
# REGIO_SIMT_EXECUTORS: its builds. The access hooks are those of g++; with another compiler, and where everything is
# instrumented, there is only the plain one. The thread sanitizer does not know the executor's fibres: none.
set(REGIO_SIMT_EXECUTORS regio_simt regio_simt_asan regio_simt_race)
if(REGIO_SANITIZE STREQUAL "thread")
  set(REGIO_SIMT_EXECUTORS "")
elseif(REGIO_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(REGIO_SIMT_EXECUTORS regio_simt)
endif()

# _regio_simt_runs(<program> <executor> <order>:<seed>... [ARGUMENTS ...] [TIMEOUT seconds] [ENVIRONMENT ...]): a test for
# each order. Labels: simt, and race where accesses are observed.
function(_regio_simt_runs program executor)
  cmake_parse_arguments(ARG "" "TIMEOUT" "ARGUMENTS;ENVIRONMENT" ${ARGN})
  set(labels simt)
  if(executor STREQUAL "regio_simt_race")
    list(APPEND labels race)
  endif()
  foreach(run IN LISTS ARG_UNPARSED_ARGUMENTS)
    string(REGEX MATCH "(.*):(.*)" run "${run}")
    set(test ${program}_${CMAKE_MATCH_1}_${CMAKE_MATCH_2})
    add_test(NAME ${test} COMMAND ${program} --order=${CMAKE_MATCH_1} --seed=${CMAKE_MATCH_2} ${ARG_ARGUMENTS})
    set_tests_properties(${test} PROPERTIES LABELS "${labels}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}")
  endforeach()
endfunction()

# regio_kernel_test(<name> <source>... [LIBRARIES ...] [TIMEOUT seconds] [ENVIRONMENT name=value...]): a GoogleTest
# program of kernels and their test (.cpp and .cu, compiled as C++), built and run three times: plain (forward, and random
# by two seeds); with the address and undefined-behaviour sanitizers (forward, reverse, random); with observed accesses
# (forward, random).
function(regio_kernel_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LIBRARIES;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  set(cuda_sources ${ARG_UNPARSED_ARGUMENTS})
  list(FILTER cuda_sources INCLUDE REGEX "\\.cu$")
  set_source_files_properties(${cuda_sources} PROPERTIES LANGUAGE CXX)
  set(runs_regio_simt forward:1 random:1 random:2)
  set(runs_regio_simt_asan forward:1 reverse:1 random:3)
  set(runs_regio_simt_race forward:1 random:4)
  foreach(executor IN LISTS REGIO_SIMT_EXECUTORS)
    string(REPLACE regio_simt ${folder}_${name} program ${executor})
    add_executable(${program} ${ARG_UNPARSED_ARGUMENTS} $<TARGET_OBJECTS:${executor}_main>)
    target_link_libraries(${program} PRIVATE ${executor} ${ARG_LIBRARIES} GTest::gtest GTest::gmock)
    _regio_simt_runs(${program} ${executor} ${runs_${executor}} TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT ${ARG_ENVIRONMENT})
  endforeach()
endfunction()

# regio_counted_kernel_test(<name> <source>... [LIBRARIES ...]): a GoogleTest program of kernels that runs once, with
# observed accesses and with every operation in double precision counted (tests/simt/counted_double.hpp).
function(regio_counted_kernel_test name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  if(NOT "regio_simt_race" IN_LIST REGIO_SIMT_EXECUTORS)
    return()
  endif()
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  set(program ${folder}_${name}_counted)
  add_executable(${program} ${ARG_UNPARSED_ARGUMENTS} $<TARGET_OBJECTS:regio_simt_race_main>)
  target_compile_options(${program} PRIVATE -include "${PROJECT_SOURCE_DIR}/tests/simt/counted_double.hpp")
  target_link_libraries(${program} PRIVATE regio_simt_race ${ARG_LIBRARIES} GTest::gtest GTest::gmock)
  _regio_simt_runs(${program} regio_simt_race forward:1 TIMEOUT 300)
endfunction()

# regio_simt_engine(<test target> [EXECUTOR regio_simt]): the test meets the simulated CUDA device, as
# REGIO_SIMT_LIBRARY, and may read its logs.
function(regio_simt_engine target)
  cmake_parse_arguments(ARG "" "EXECUTOR" "" ${ARGN})
  if(NOT ARG_EXECUTOR)
    set(ARG_EXECUTOR regio_simt)
  endif()
  if(NOT ARG_EXECUTOR IN_LIST REGIO_SIMT_EXECUTORS)
    return()
  endif()
  string(REPLACE regio_simt regio_cuda_simt backend ${ARG_EXECUTOR})
  target_compile_definitions(${target} PRIVATE REGIO_SIMT_LIBRARY="$<TARGET_FILE:${backend}>")
  target_link_libraries(${target} PRIVATE ${ARG_EXECUTOR})
  add_dependencies(${target} ${backend})
endfunction()

# regio_simt_checks(<test target>): what a test on engines does on the simulated device, once more with sanitizers
# (reverse, random) and with observed accesses (random).
function(regio_simt_checks target)
  get_target_property(sources ${target} SOURCES)
  set(runs_regio_simt_asan reverse:1 random:3)
  set(runs_regio_simt_race random:4)
  foreach(executor IN ITEMS regio_simt_asan regio_simt_race)
    if(NOT executor IN_LIST REGIO_SIMT_EXECUTORS)
      continue()
    endif()
    string(REPLACE regio_simt ${target} program ${executor})
    add_executable(${program} ${sources} $<TARGET_OBJECTS:${executor}_main>)
    target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${program} PRIVATE regio_objects GTest::gtest GTest::gmock)
    regio_simt_engine(${program} EXECUTOR ${executor})
    _regio_simt_runs(${program} ${executor} ${runs_${executor}} ARGUMENTS --gtest_filter=*/simt TIMEOUT 600)
  endforeach()
endfunction()
