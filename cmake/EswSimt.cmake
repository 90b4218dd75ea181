# The CPU execution layer for CUDA sources (tests/simt/layer) in three builds, and programs built on it.
#
#   fast  optimised, for results
#   asan  AddressSanitizer and UndefinedBehaviorSanitizer, findings are fatal
#   race  the race checker: sources are instrumented by -fsanitize=thread, whose calls the layer itself answers
include_guard(DIRECTORY)

set(ESW_SIMT_VARIANTS fast asan race)
set(ESW_SIMT_FLAGS -g -ffp-contract=off -fno-omit-frame-pointer -Wall -Wextra -Wno-unknown-pragmas)
set(ESW_SIMT_FLAGS_fast -O2)
set(ESW_SIMT_FLAGS_asan -DSIMT_ASAN_BUILD -O1 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all)
set(ESW_SIMT_FLAGS_race -DSIMT_RACE_BUILD -O1 -fsanitize=thread)
set(ESW_SIMT_LINK_asan -fsanitize=address,undefined)
if(ESW_WERROR)
  list(APPEND ESW_SIMT_FLAGS -Werror)
endif()

# Sets the compiler up in the calling folder; the layer needs C++17 on x86-64. Without a choice of the user's it is g++,
# whose sanitizers find the most.
macro(esw_enable_simt)
  if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
    find_program(ESW_GXX NAMES g++ g++-14 g++-13 g++-12)
    if(ESW_GXX)
      set(CMAKE_CXX_COMPILER "${ESW_GXX}")
    endif()
  endif()
  enable_language(CXX)
  set(CMAKE_CXX_STANDARD 17)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_FLAGS_RELEASE "" CACHE STRING "Every target states its own level" FORCE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Red zones around shared variables too, although they lie in a section of their own.
    list(APPEND ESW_SIMT_FLAGS_asan -fsanitize-sections=simt_shared)
  endif()
endmacro()

# esw_add_simt_executable(name sources... [VARIANTS fast asan race] [LIBRARIES target...] [INCLUDES folder...])
#
# Builds <name>_<variant> for each variant, .cu files compiled as C++. Uninstrumented helpers go into LIBRARIES.
function(esw_add_simt_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "VARIANTS;LIBRARIES;INCLUDES")
  if(NOT arg_VARIANTS)
    set(arg_VARIANTS ${ESW_SIMT_VARIANTS})
  endif()
  foreach(source IN LISTS arg_UNPARSED_ARGUMENTS)
    if(source MATCHES "\\.cu$")
      set_source_files_properties("${source}" PROPERTIES LANGUAGE CXX)
    endif()
  endforeach()
  foreach(variant IN LISTS arg_VARIANTS)
    add_executable("${name}_${variant}" ${arg_UNPARSED_ARGUMENTS})
    target_compile_options("${name}_${variant}" PRIVATE ${ESW_SIMT_FLAGS} ${ESW_SIMT_FLAGS_${variant}})
    target_link_options("${name}_${variant}" PRIVATE ${ESW_SIMT_LINK_${variant}})
    target_include_directories("${name}_${variant}" PRIVATE
      "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/host" "${PROJECT_SOURCE_DIR}/include" ${arg_INCLUDES})
    target_link_libraries("${name}_${variant}" PRIVATE "simt_layer_${variant}" ${arg_LIBRARIES})
  endforeach()
endfunction()

# esw_add_simt_test(name sources... [VARIANTS ...] [LIBRARIES ...] [INCLUDES ...] [LABELS label...] [TIMEOUT seconds])
#
# The same as Criterion tests, one ctest entry per variant.
function(esw_add_simt_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "VARIANTS;LIBRARIES;INCLUDES;LABELS")
  if(NOT arg_VARIANTS)
    set(arg_VARIANTS ${ESW_SIMT_VARIANTS})
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  get_filename_component(kind "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  esw_add_simt_executable("test_${name}" ${arg_UNPARSED_ARGUMENTS}
    VARIANTS ${arg_VARIANTS} INCLUDES ${arg_INCLUDES} LIBRARIES PkgConfig::CRITERION ${arg_LIBRARIES})
  foreach(variant IN LISTS arg_VARIANTS)
    add_test(NAME "${name}_${variant}" COMMAND "test_${name}_${variant}" --verbose --jobs 1)
    esw_test_properties("${name}_${variant}" "${arg_TIMEOUT}" "${kind};${arg_LABELS}")
  endforeach()
endfunction()

# esw_add_simt_module(variant sources.cu... [FOLDER folder])
#
# The backend module `simt` of one variant: <folder>/edgesweep-simt.so, FOLDER by default the program's own, where it is
# found without being asked for. The sanitizer's runtime is the program's.
function(esw_add_simt_module variant)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "")
  if(NOT arg_FOLDER)
    set(arg_FOLDER "${PROJECT_BINARY_DIR}")
  endif()
  set_source_files_properties(${arg_UNPARSED_ARGUMENTS} PROPERTIES LANGUAGE CXX)
  set(module "edgesweep_module_simt_${variant}")
  add_library("${module}" MODULE ${arg_UNPARSED_ARGUMENTS})
  set_target_properties("${module}" PROPERTIES
    PREFIX "" OUTPUT_NAME edgesweep-simt LIBRARY_OUTPUT_DIRECTORY "${arg_FOLDER}" CXX_VISIBILITY_PRESET hidden)
  target_compile_options("${module}" PRIVATE ${ESW_SIMT_FLAGS} ${ESW_SIMT_FLAGS_${variant}})
  get_property(abi_folder GLOBAL PROPERTY ESW_BACKEND_ABI_FOLDER)
  target_include_directories("${module}" PRIVATE
    "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/host" "${PROJECT_SOURCE_DIR}/include" "${abi_folder}")
  # What the module takes from the static library stays its own; nothing in it may be shared by name with other modules.
  target_link_libraries("${module}" PRIVATE "simt_layer_${variant}" edgesweep PkgConfig::JANSSON Threads::Threads)
  target_link_options("${module}" PRIVATE LINKER:--exclude-libs,ALL)
  target_compile_options("${module}" PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
endfunction()
