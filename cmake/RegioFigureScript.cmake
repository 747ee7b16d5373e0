# The figures of a report are drawn by Vega, Vega-Lite and vega-embed. The Python package vl-convert-python carries them;
# scripts/figure-script writes them as one text, which becomes part of the library. Without the package the report has
# its tables, and says that the figures were left out.
#
# regio_embed_text(<target> <symbol> <file>): the bytes of a file as extern "C" unsigned char const <symbol>[] and
# <symbol>_end[].
function(regio_embed_text target symbol file)
  set(source "${PROJECT_BINARY_DIR}/generated/${symbol}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT [[
// Written by cmake/RegioFigureScript.cmake.
__asm__(".section .rodata\n"
        ".global @symbol@\n.hidden @symbol@\n"
        ".global @symbol@_end\n.hidden @symbol@_end\n"
        "@symbol@:\n.incbin \"@file@\"\n"
        "@symbol@_end:\n.byte 0\n"
        ".previous\n");
]] @ONLY)
  set_source_files_properties("${source}" TARGET_DIRECTORY ${target} PROPERTIES OBJECT_DEPENDS "${file}")
  target_sources(${target} PRIVATE "${source}")
endfunction()

# The Python that has the package: REGIO_PYTHON, else that of scripts/setup, else the one on the path. Sets
# REGIO_FIGURE_PYTHON (empty: none) and REGIO_FIGURE_SCRIPT_STATUS in the caller.
function(regio_find_figure_python)
  if(REGIO_PYTHON)
    set(candidates "${REGIO_PYTHON}")
  else()
    find_program(REGIO_PYTHON_ON_PATH python3)
    set(candidates "${PROJECT_SOURCE_DIR}/build/venv/bin/python" "${REGIO_PYTHON_ON_PATH}")
  endif()
  set(REGIO_FIGURE_PYTHON "" PARENT_SCOPE)
  set(REGIO_FIGURE_SCRIPT_STATUS "left out: no Python with vl-convert-python (set REGIO_PYTHON)" PARENT_SCOPE)
  foreach(candidate IN LISTS candidates)
    if(NOT EXISTS "${candidate}")
      continue()
    endif()
    execute_process(COMMAND "${candidate}" -c "import vl_convert as v; print(v.get_vega_version(), v.get_vegalite_versions()[-1], v.get_vega_embed_version())"
                    OUTPUT_VARIABLE versions OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0)
      string(REPLACE " " ";" versions "${versions}")
      list(GET versions 0 vega)
      list(GET versions 1 vega_lite)
      list(GET versions 2 vega_embed)
      set(REGIO_FIGURE_PYTHON "${candidate}" PARENT_SCOPE)
      set(REGIO_FIGURE_SCRIPT_STATUS "Vega ${vega}, Vega-Lite ${vega_lite}, vega-embed ${vega_embed}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# regio_figure_script(<target>): embeds the script as regio_figure_script, empty when it cannot be had.
function(regio_figure_script target)
  regio_find_figure_python()
  set(REGIO_FIGURE_SCRIPT_STATUS "${REGIO_FIGURE_SCRIPT_STATUS}" PARENT_SCOPE)
  set(script "${PROJECT_BINARY_DIR}/generated/figure_script.js")
  if(REGIO_FIGURE_PYTHON)
    add_custom_command(OUTPUT "${script}"
                       COMMAND "${REGIO_FIGURE_PYTHON}" "${PROJECT_SOURCE_DIR}/scripts/figure-script" "${script}"
                       DEPENDS "${PROJECT_SOURCE_DIR}/scripts/figure-script"
                       COMMENT "Writing the script that draws the figures of reports" VERBATIM)
    add_custom_target(figure_script DEPENDS "${script}")
    add_dependencies(${target} figure_script)
  else()
    file(WRITE "${script}" "")
  endif()
  regio_embed_text(${target} regio_figure_script "${script}")
endfunction()
