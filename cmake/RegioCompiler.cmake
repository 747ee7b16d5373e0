# Compiler settings that every target of regio shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(PROJECT_IS_TOP_LEVEL)
  find_program(REGIO_CCACHE ccache)
  if(REGIO_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${REGIO_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${REGIO_CCACHE}")
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${REGIO_CCACHE}")
  endif()
endif()

# Contraction would give other bits on machines with and without fused multiply-add; where we want one we write it.
set(REGIO_HOST_OPTIONS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                       -Wno-missing-field-initializers # designated initialisers leave defaults out on purpose
                       -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND REGIO_HOST_OPTIONS -Wno-restrict) # GCC 12 warns of its own std::string (GCC bug 105651)
endif()
if(REGIO_WARNINGS_AS_ERRORS)
  list(APPEND REGIO_HOST_OPTIONS -Werror)
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${REGIO_HOST_OPTIONS}>")
if(REGIO_SANITIZE)
  add_compile_options(-fsanitize=${REGIO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${REGIO_SANITIZE})
endif()
