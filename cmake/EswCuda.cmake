# Finds nvcc and compiles kernels to PTX. CMake's own CUDA language is not used: it wants a driver's worth of set-up to
# compile one file, and the PTX of several architectures and levels is needed side by side.
#
#   ESW_CUDA        AUTO: use nvcc if it is there; ON: fail without it; OFF: do not look
#   ESW_HAVE_NVCC   whether there is one, ESW_NVCC its path
#   ESW_NEWEST_ARCH the newest architecture it knows, as a number
include_guard(DIRECTORY) # its variables belong to the folder that includes it

if(NOT ESW_CUDA STREQUAL "OFF")
  find_program(ESW_NVCC nvcc HINTS "$ENV{CUDA_PATH}/bin" "$ENV{CUDA_HOME}/bin" PATHS /usr/local/cuda/bin /opt/cuda/bin)
endif()
if(ESW_CUDA STREQUAL "ON" AND NOT ESW_NVCC)
  message(FATAL_ERROR "ESW_CUDA=ON, but nvcc is neither in CUDA_PATH, /usr/local/cuda/bin nor in PATH")
endif()
if(ESW_NVCC AND NOT ESW_CUDA STREQUAL "OFF")
  set(ESW_HAVE_NVCC TRUE)
  execute_process(COMMAND "${ESW_NVCC}" --list-gpu-arch OUTPUT_VARIABLE architectures)
  string(REGEX MATCHALL "compute_[0-9]+" architectures "${architectures}")
  list(SORT architectures COMPARE NATURAL)
  list(POP_BACK architectures newest)
  string(REPLACE "compute_" "" ESW_NEWEST_ARCH "${newest}")
  message(STATUS "nvcc: ${ESW_NVCC}, up to sm_${ESW_NEWEST_ARCH}")
else()
  set(ESW_HAVE_NVCC FALSE)
  message(STATUS "nvcc: none, PTX is not built")
endif()

# No contraction, no flush to zero, exactly rounded division and square root: the promises of docs/determinism.md.
set(ESW_NVCC_FLAGS -std=c++17 -fmad=false -ftz=false -prec-div=true -prec-sqrt=true -lineinfo)

# Device code has three levels that differ: -G compiles without any optimisation, the device compiler takes -O1, and its
# default is -O3. nvcc's own -O levels concern the host part.
set(ESW_PTX_LEVEL_O0 -G)
set(ESW_PTX_LEVEL_O1 -Xcicc -O1)
set(ESW_PTX_LEVEL_O3 -O3)

# esw_add_ptx(target source.cu ARCHS 80 ... LEVELS O3 ... [INCLUDES folder...] [OPTIONS option...])
#
# The target builds <target>/<source>.<level>.sm_<arch>.ptx for every architecture and level; their paths are in the
# target's property ESW_PTX_FILES. OPTIONS come last and so win over the project's flags.
function(esw_add_ptx target source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "ARCHS;LEVELS;INCLUDES;OPTIONS")
  get_filename_component(name "${source}" NAME_WE)
  get_filename_component(path "${source}" ABSOLUTE)
  list(TRANSFORM arg_INCLUDES PREPEND "-I" OUTPUT_VARIABLE includes)
  set(files "")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  foreach(level IN LISTS arg_LEVELS)
    set(flags ${ESW_NVCC_FLAGS})
    if(level STREQUAL "O0")
      list(REMOVE_ITEM flags -lineinfo) # part of -G
    endif()
    foreach(arch IN LISTS arg_ARCHS)
      set(ptx "${CMAKE_CURRENT_BINARY_DIR}/${target}/${name}.${level}.sm_${arch}.ptx")
      add_custom_command(
        OUTPUT "${ptx}"
        COMMAND "${ESW_NVCC}" ${flags} ${ESW_PTX_LEVEL_${level}} "-arch=compute_${arch}" "-I${PROJECT_SOURCE_DIR}"
                "-I${PROJECT_SOURCE_DIR}/host" "-I${PROJECT_SOURCE_DIR}/include" ${includes} ${arg_OPTIONS} -MD -MF "${ptx}.d" -ptx "${path}" -o "${ptx}"
        DEPENDS "${path}"
        DEPFILE "${ptx}.d"
        COMMENT "PTX of ${name}.cu, ${level}, sm_${arch}"
        VERBATIM)
      list(APPEND files "${ptx}")
    endforeach()
  endforeach()
  add_custom_target("${target}" DEPENDS ${files})
  set_target_properties("${target}" PROPERTIES ESW_PTX_FILES "${files}")
endfunction()

# What a module holds: machine code for the architectures of data centres, and PTX from which the driver makes code for
# the others from 8.0 on. As plain text, a third more: tests read there which PTX the module was made of.
set(ESW_CUDA_CODE
  "-gencode=arch=compute_80,code=[sm_80,compute_80]" "-gencode=arch=compute_90,code=sm_90" --no-compress)

# esw_add_cuda_module(name sources.cu...)
#
# The backend module edgesweep-<name>.so beside the program: sources compiled by nvcc, the CUDA runtime inside, so that
# the module needs nothing but a driver, and that only when it is used.
function(esw_add_cuda_module name)
  set(objects "")
  list(TRANSFORM JANSSON_INCLUDE_DIRS PREPEND "-I" OUTPUT_VARIABLE jansson_includes)
  get_property(abi_folder GLOBAL PROPERTY ESW_BACKEND_ABI_FOLDER)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  file(MAKE_DIRECTORY "${folder}")
  foreach(source IN LISTS ARGN)
    get_filename_component(base "${source}" NAME_WE)
    set(object "${folder}/${base}.o")
    add_custom_command(
      OUTPUT "${object}"
      COMMAND ${CMAKE_C_COMPILER_LAUNCHER} "${ESW_NVCC}" ${ESW_NVCC_FLAGS} -O3 ${ESW_CUDA_CODE}
              -Xcompiler=-fPIC,-fvisibility=hidden,-ffp-contract=off,-Wall,-Wextra,-Wno-unused-function
              "-I${PROJECT_SOURCE_DIR}" "-I${PROJECT_SOURCE_DIR}/host" "-I${PROJECT_SOURCE_DIR}/include"
              "-I${abi_folder}" ${jansson_includes}
              -MD -MF "${object}.d" -c "${source}" -o "${object}"
      DEPENDS "${source}"
      DEPFILE "${object}.d"
      COMMENT "CUDA object ${base}.o"
      VERBATIM)
    list(APPEND objects "${object}")
  endforeach()
  set(module "${PROJECT_BINARY_DIR}/edgesweep-${name}.so")
  add_custom_command(
    OUTPUT "${module}"
    COMMAND "${ESW_NVCC}" -shared -cudart static ${objects} "$<TARGET_FILE:edgesweep>" -Xlinker=--exclude-libs,ALL
            -Xlinker=--as-needed -ldl -lpthread -lrt -o "${module}"
    DEPENDS ${objects} edgesweep
    COMMENT "Backend module edgesweep-${name}.so"
    VERBATIM)
  add_custom_target("edgesweep_module_${name}" ALL DEPENDS "${module}")
  install(FILES "${module}" DESTINATION "${ESW_MODULE_DIR}")
endfunction()
